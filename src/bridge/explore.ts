import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SourceConfig } from '../config/contract.ts';
import { parseConfig } from '../config/load.ts';
import { type Failure, type FailureCode, failed, failure, type Outcome, success } from '../model/failure.ts';
import type { JsonObject } from '../model/json.ts';
import type { FetchedCrate } from '../sources/contract.ts';
import { createOutbound } from './context.ts';
import type { PureLineResult } from './pure-line.ts';
import { readCrate } from './read-crate.ts';
import { openSource } from './sources.ts';

/** How long a listing may take: what it has found by then is enough to know what the place is. */
const LISTING_MS = 60_000;

/** Failures that say the same whatever the place is taken for: no other kind is tried. */
const DECISIVE: readonly FailureCode[] = [
  'blocked_address',
  'unreachable',
  'timed_out',
  'upstream_denied',
  'credential_missing',
];

/** A place under a configuration that is not written yet. */
export interface Exploring {
  /** URL or folder as the person wrote it. */
  readonly place: string;
  /** Facility as the configuration would write it, without sources: code, zone, network. */
  readonly facility: JsonObject;
  readonly source: string;
  /** Name of a variable with a bearer token for the place. */
  readonly bearerEnv?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a place turned out to be. */
export interface Explored {
  readonly kind: SourceConfig['kind'];
  /** The source as the configuration writes it. */
  readonly source: JsonObject;
  /** Crates listed, and whether those are all. */
  readonly crates: number;
  readonly complete: boolean;
  readonly first: FirstCrate;
}

/** One crate of the place, checked and mapped. */
export interface FirstCrate {
  readonly url: string;
  readonly document: FetchedCrate;
  readonly read: PureLineResult;
}

/**
 * Finds out what kind of source a place is, by trying the adapters one after another until one brings a crate. Fails with what
 * the network says (`blocked_address`, `upstream_denied`, …), or `unreadable` with what each kind said.
 */
export async function explore(exploring: Exploring): Promise<Outcome<Explored>> {
  const candidates = await candidatesFor(exploring);
  if (!candidates.ok) return candidates;
  const refused: string[] = [];
  for (const candidate of candidates.value) {
    const tried = await attempt(exploring, candidate);
    if (tried.ok) return isCollection(tried.value) ? asCollection(exploring, tried.value) : tried;
    if (DECISIVE.includes(tried.failure.code)) return tried;
    refused.push(`  as ${String(candidate['kind'])}: ${tried.failure.message}`);
  }
  return failure('unreadable', `No crate was found at ${exploring.place}:\n${refused.join('\n')}`, {
    where: exploring.place,
  });
}

function isCollection({ kind, first }: Explored): boolean {
  return kind === 'urls' && first.read.rows?.crate.nested.some((one) => one.kind === 'nested_crate') === true;
}

/** A document whose parts are crates lists them; as a document alone where it does not. */
async function asCollection(exploring: Exploring, document: Explored): Promise<Outcome<Explored>> {
  const tried = await attempt(exploring, { kind: 'crate-collection', url: exploring.place });
  return tried.ok ? tried : success(document);
}

/** The source's part of a configuration, for each kind the place may be, the likeliest first. */
async function candidatesFor({ place, cwd }: Exploring): Promise<Outcome<readonly JsonObject[]>> {
  if (/^https?:\/\//i.test(place)) {
    if (!URL.canParse(place)) return failure('usage', `${place} is no URL.`, { where: place });
    const api = place.replace(/\/(search|health)?\/?(\?.*)?$/, '');
    return success([
      { kind: 'urls', urls: [place] },
      { kind: 'http-index', url: place },
      { kind: 'lambda-search', url: api },
      { kind: 'signposting', urls: [place] },
    ]);
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) {
    return failure('usage', `${place} is neither a folder nor an http(s) URL.`, {
      where: place,
      expected: 'a folder or an http(s) URL; write sources of kind s3 and push by hand (docs/sources.md)',
    });
  }
  const path = resolve(cwd, place);
  const found = await stat(path).catch(() => null);
  if (found === null) return failure('unreadable', `${place}: no such file or folder.`, { where: place });
  return success([{ kind: 'directory', path: found.isDirectory() ? path : dirname(path) }]);
}

async function attempt(exploring: Exploring, candidate: JsonObject): Promise<Outcome<Explored>> {
  const { facility, bearerEnv } = exploring;
  const credential = bearerEnv === undefined ? {} : { credential: { kind: 'bearer', env: bearerEnv } };
  const source: JsonObject = { name: exploring.source, ...candidate, ...credential };
  const document = JSON.stringify({ facilities: [{ ...facility, sources: [source] }] });
  const config = parseConfig(document, resolve(exploring.cwd, 'crate-bridge.json'));
  if (!config.ok) return config;
  const [of] = config.value.facilities;
  const [from] = of?.sources ?? [];
  if (of === undefined || from === undefined) return failure('internal', 'There is no source to try.');
  const outbound = createOutbound({ config: config.value, env: exploring.env });
  try {
    const adapter = await openSource(outbound, of, from);
    const listed = await adapter.list({ since: null, signal: AbortSignal.timeout(LISTING_MS) });
    if (!listed.ok) return listed;
    const [ref] = listed.value.refs;
    if (ref === undefined) return noCrates(listed.value.problems[0]);
    const fetched = await adapter.fetch(ref, null);
    if (!fetched.ok) return fetched;
    if (fetched.value.kind === 'not-modified') return failure('unreadable', 'Nothing was sent.');
    const read = await readFirst(fetched.value, { ...of, source: from.name });
    if (!read.readable) {
      return failure('unreadable', 'What is there is no RO-Crate metadata document.', { where: ref.url });
    }
    return success({
      kind: from.kind,
      source,
      crates: listed.value.refs.length,
      complete: listed.value.complete,
      first: { url: ref.url, document: fetched.value, read },
    });
  } finally {
    await outbound.close();
  }
}

/** Checks and maps a document as the facility's. */
export function readFirst(
  document: FetchedCrate,
  of: { readonly code: string; readonly timezone: string; readonly source: string },
): Promise<PureLineResult> {
  return readCrate({
    bytes: document.bytes,
    context: { facility: of.code, source: of.source, timezone: of.timezone, document_url: document.url },
    profile: 'auto',
    map: true,
  });
}

function noCrates(problem: Failure | undefined): Outcome<never> {
  return problem === undefined
    ? failure(
        'unreadable',
        'It lists no crate (a document called ro-crate-metadata.json, or a zip with one).',
      )
    : failed(problem);
}
