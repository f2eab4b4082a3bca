import { type Failure, failure } from '../../model/failure.ts';
import type { CrateResult, CrateWork, KnownLocation } from '../../registry/work-contract.ts';
import type { CrateSource, FetchedCrate } from '../../sources/contract.ts';
import type { BridgeContext, ConfiguredSource } from '../context.ts';
import { nestedWork } from '../nested-work.ts';
import {
  type RegisteredDocument,
  type RegisterOptions,
  registerDocument,
  sha256Hex,
  unregistered,
} from '../register-document.ts';
import { areRecordsSame, validatorsOf } from '../schema-records.ts';
import { isListedSame, stillHolds } from './known.ts';

/** What one crate of a pull is worked on with. */
export interface ItemContext extends Pick<RegisterOptions, 'pull' | 'declared' | 'dryRun'> {
  readonly context: BridgeContext;
  readonly from: ConfiguredSource;
  readonly adapter: () => Promise<CrateSource>;
}

/** What came of one crate. */
export interface PulledItem extends RegisteredDocument {
  /** What the server says of the same document now, where it said something else last time. */
  readonly validators?: NonNullable<CrateResult['validators']>;
  /** sha256 of the bytes it was read of; null where nothing was fetched. */
  readonly sha256: string | null;
}

/**
 * One crate of a pull: asked for under the condition that it changed, where it is known and reading it again would change
 * nothing; else fetched, read and registered.
 */
export async function pullItem(
  on: ItemContext,
  crate: CrateWork,
  known: KnownLocation | undefined,
): Promise<PulledItem> {
  try {
    const pulled =
      known !== undefined && stillHolds(known, on.from)
        ? await compare(on, crate, known)
        : await fetchAndRegister(on, crate, known);
    // what stands against the crate changed while it was read: once more, under what stands now
    return pulled.item.error?.code === 'busy' ? await fetchAndRegister(on, crate, known) : pulled;
  } catch (error) {
    // a defect, or a reader that ran out of memory: this crate's matter alone
    const said = error instanceof Error ? error.message : String(error);
    return failedItem(
      crate,
      failure('internal', `Reading it broke off: ${said}`, { where: crate.url }).failure,
    );
  }
}

async function compare(on: ItemContext, crate: CrateWork, known: KnownLocation): Promise<PulledItem> {
  const fetch = fetchOf(on);
  if (!isListedSame(crate, known)) {
    const fetched = await fetch({ url: crate.url }, validatorsOf(known));
    if (!fetched.ok) return failedItem(crate, fetched.failure);
    const { value } = fetched;
    if (value.kind === 'document') {
      const isSame = sha256Hex(value.bytes) === known.sha256 && (await areRecordsSame(known, fetch));
      return isSame ? unchanged(on, crate, known, value) : register(on, crate, known, value);
    }
  }
  if (await areRecordsSame(known, fetch)) return unchanged(on, crate, known, null);
  return fetchAndRegister(on, crate, known);
}

async function fetchAndRegister(
  on: ItemContext,
  crate: CrateWork,
  known: KnownLocation | undefined,
): Promise<PulledItem> {
  const fetched = await fetchOf(on)({ url: crate.url }, null);
  if (!fetched.ok) return failedItem(crate, fetched.failure);
  if (fetched.value.kind === 'document') return register(on, crate, known, fetched.value);
  const message = 'The source says that nothing changed, though it was not asked.';
  return failedItem(crate, failure('upstream_status', message, { where: crate.url }).failure);
}

async function register(
  on: ItemContext,
  crate: CrateWork,
  known: KnownLocation | undefined,
  document: FetchedCrate,
): Promise<PulledItem> {
  const { context, from, pull, declared, dryRun } = on;
  const { url: place, parent, depth } = crate;
  const registered = await registerDocument(
    context,
    from,
    { place, document },
    { pull, parent, depth, declared, dryRun, fetch: fetchOf(on), known: known ?? null },
  );
  return { ...registered, sha256: sha256Hex(document.bytes) };
}

function fetchOf({ adapter }: ItemContext): CrateSource['fetch'] {
  return async (ref, validators) => (await adapter()).fetch(ref, validators);
}

/** `document` as it was sent although nothing in it changed; null where it was not sent. */
function unchanged(
  { from }: ItemContext,
  { url, parent, depth }: CrateWork,
  known: KnownLocation,
  document: FetchedCrate | null,
): PulledItem {
  const { crateIri: crate, bytesReferenced, crateVersionId } = known;
  const nested = nestedWork(known.nested, {
    parent: crate,
    place: url,
    depth,
    most: from.source.nested_depth,
  });
  return {
    item: {
      url,
      ...(parent === null ? {} : { parent }),
      crate,
      outcome: 'unchanged',
      rows: {},
      findings: [],
    },
    bytesReferenced,
    crateVersionId,
    nested,
    declares: new Map(),
    written: false,
    sha256: known.sha256,
    ...renewed(document, known),
  };
}

/** The same bytes under other validators: those are asked with next time. */
function renewed(document: FetchedCrate | null, known: KnownLocation): Pick<PulledItem, 'validators'> {
  if (document === null) return {};
  const { etag, lastModified, documentUrl = null } = document;
  const isSame =
    etag === known.etag && lastModified === known.lastModified && documentUrl === known.documentUrl;
  return isSame ? {} : { validators: { etag, lastModified, documentUrl } };
}

function failedItem({ url, parent }: CrateWork, reason: Failure): PulledItem {
  return { ...unregistered({ url, parent, crate: url }, reason), sha256: null };
}
