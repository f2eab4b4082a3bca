import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { ProfileChoice, ValidationReport } from '../model/finding.ts';
import { createHttpClient } from '../net/client.ts';
import type { HttpClient } from '../net/contract.ts';
import type { SourceEnvironment } from '../sources/contract.ts';
import { isCrateName } from '../sources/crate-names.ts';
import { fetchHttpDocument } from '../sources/http-document.ts';
import { walk } from '../sources/walk.ts';
import { readCrate } from './read-crate.ts';
import { readCrateFile } from './read-file.ts';

export interface ValidationResult {
  readonly reports: readonly ValidationReport[];
  /** What could not be read at all; the others are checked all the same. */
  readonly unreadable: readonly { readonly source: string; readonly message: string }[];
}

/**
 * Checks documents: files, zips, folders (every crate beneath), and http(s) URLs. A URL the person typed may be on any network,
 * this machine included, since nothing but findings comes back and no credential is sent.
 */
export async function validate(
  sources: readonly string[],
  profile: ProfileChoice,
  cwd: string,
): Promise<Outcome<ValidationResult>> {
  if (sources.length === 0) {
    return failure('usage', 'Nothing to validate.', { expected: 'one or more files, folders or URLs' });
  }
  const reports: ValidationReport[] = [];
  const unreadable: { source: string; message: string }[] = [];
  for (const source of sources) {
    const documents = await expand(source, cwd);
    if (!documents.ok) {
      unreadable.push({ source, message: documents.failure.message });
      continue;
    }
    for (const document of documents.value) {
      const read = await document.read();
      if (!read.ok) unreadable.push({ source: document.source, message: read.failure.message });
      else reports.push(await report(document.source, read.value, profile));
    }
  }
  return success({ reports, unreadable });
}

interface Document {
  readonly source: string;
  read(): Promise<Outcome<ReadDocument>>;
}

interface ReadDocument {
  readonly bytes: Uint8Array;
  /** What relative `@id`s start from. */
  readonly url: string;
}

async function report(
  source: string,
  { bytes, url }: ReadDocument,
  profile: ProfileChoice,
): Promise<ValidationReport> {
  const context = { facility: 'unknown', source: 'validate', timezone: 'UTC', document_url: url };
  const {
    conformant,
    profile: checked,
    verdicts,
    findings,
  } = await readCrate({ bytes, context, profile, map: false });
  return { source, conformant, profile: checked, verdicts, findings };
}

async function expand(source: string, cwd: string): Promise<Outcome<readonly Document[]>> {
  if (/^https?:\/\//i.test(source)) return success([{ source, read: () => readUrl(source) }]);
  const path = resolve(cwd, source);
  const found = await stat(path).catch(() => null);
  if (found === null) return failure('unreadable', `${source}: no such file or folder.`, { where: source });
  if (!found.isDirectory()) {
    return success([{ source, read: () => readCrateFile(path, DEFAULT_LIMITS.maxBytes) }]);
  }
  const walked = await walk(path, isCrateName);
  if (!walked.ok) return walked;
  if (walked.value.paths.length === 0) {
    return failure('unreadable', `${source}: no ro-crate-metadata.json here or in any folder beneath.`, {
      where: source,
    });
  }
  return success(walked.value.paths.map((found) => fileDocument(source, path, join(path, found))));
}

/** Shown by the path the person gave, so that it can be pasted back. */
function fileDocument(source: string, folder: string, path: string): Document {
  return {
    source: join(source, path.slice(folder.length)),
    read: () => readCrateFile(path, DEFAULT_LIMITS.maxBytes),
  };
}

async function readUrl(url: string): Promise<Outcome<ReadDocument>> {
  const http = createHttpClient({ allow: ['0.0.0.0/0', '::/0'] });
  try {
    const fetched = await fetchHttpDocument(nobody(http), url, null, { origins: new Set() });
    if (!fetched.ok) return fetched;
    if (fetched.value.kind === 'not-modified') return failure('unreadable', `${url} sent no document.`);
    return success(fetched.value);
  } finally {
    await http.close();
  }
}

/** What documents are fetched with when it is for nobody's source: no credential, no secret. */
function nobody(http: HttpClient): SourceEnvironment {
  return {
    facility: 'unknown',
    http,
    credentialsFor: async () => success([]),
    secret: () =>
      failure('credential_missing', 'A document that is only checked is fetched without a secret.'),
    maxBytes: DEFAULT_LIMITS.maxBytes,
    now: () => new Date(),
  };
}
