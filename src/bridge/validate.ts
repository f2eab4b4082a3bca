import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { ProfileChoice, ValidationReport } from '../model/finding.ts';
import { createHttpClient } from '../net/client.ts';
import { directorySource } from '../sources/directory.ts';
import { readCrate } from './read-crate.ts';
import { readFileCapped } from './read-file.ts';

export interface ValidationResult {
  readonly reports: readonly ValidationReport[];
  /** What could not be read at all; the others are checked all the same. */
  readonly unreadable: readonly { readonly source: string; readonly message: string }[];
}

/**
 * Checks documents: files, folders (every crate beneath), and http(s) URLs. A URL the person typed may be on any network,
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
      const bytes = await document.read();
      if (!bytes.ok) unreadable.push({ source: document.source, message: bytes.failure.message });
      else reports.push(await report(document.source, document.url, bytes.value, profile));
    }
  }
  return success({ reports, unreadable });
}

interface Document {
  readonly source: string;
  readonly url: string;
  read(): Promise<Outcome<Uint8Array>>;
}

async function report(
  source: string,
  url: string,
  bytes: Uint8Array,
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
  if (/^https?:\/\//i.test(source)) return success([{ source, url: source, read: () => readUrl(source) }]);
  const path = resolve(cwd, source);
  const found = await stat(path).catch(() => null);
  if (found === null) return failure('unreadable', `${source}: no such file or folder.`, { where: source });
  if (!found.isDirectory()) {
    return success([
      { source, url: pathToFileURL(path).href, read: () => readFileCapped(path, DEFAULT_LIMITS.maxBytes) },
    ]);
  }
  const listing = await directorySource({
    facility: 'x',
    source: 'x',
    path,
    maxBytes: DEFAULT_LIMITS.maxBytes,
  }).list(null);
  if (!listing.ok) return listing;
  if (listing.value.refs.length === 0) {
    return failure('unreadable', `${source}: no ro-crate-metadata.json here or in any folder beneath.`, {
      where: source,
    });
  }
  return success(
    listing.value.refs.flatMap((ref): Document[] =>
      ref.path === undefined ? [] : [fileDocument(source, path, ref.path)],
    ),
  );
}

/** Shown by the path the person gave, so that it can be pasted back. */
function fileDocument(source: string, folder: string, path: string): Document {
  return {
    source: join(source, path.slice(folder.length)),
    url: pathToFileURL(path).href,
    read: () => readFileCapped(path, DEFAULT_LIMITS.maxBytes),
  };
}

async function readUrl(url: string): Promise<Outcome<Uint8Array>> {
  const client = createHttpClient({ allow: ['0.0.0.0/0', '::/0'] });
  try {
    const fetched = await client.fetchDocument({
      url,
      headers: { accept: 'application/ld+json, application/json;q=0.9' },
      maxBytes: DEFAULT_LIMITS.maxBytes,
    });
    return fetched.ok ? success(fetched.value.bytes) : fetched;
  } finally {
    await client.close();
  }
}
