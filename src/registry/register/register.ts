import type { NewChange } from '../../model/changes.ts';
import { type Failure, failure, type Outcome, success } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { appendChanges, prepareDeliveries } from '../changes/append.ts';
import { changesOf } from '../changes/of-registration.ts';
import type { Registered, Registration } from '../contract.ts';
import { movePlaces, repointPlaces } from '../curation/places.ts';
import { asTombstonesStand } from '../curation/tombstones.ts';
import type { Database } from '../database.ts';
import { DerivedRows } from '../derive.ts';
import { crateId, crateVersionId } from '../ids.ts';
import { pack } from '../packed.ts';
import { pullQueue } from '../queue/settings.ts';
import { UnstorableText } from '../sets.ts';
import type { Store } from '../store.ts';
import type { WorkContext } from '../work/context.ts';
import { type Judged, judge, lockPlaces } from './judged.ts';
import { declaredPlaces, writeLine } from './line.ts';
import { inheritedKeys, isRebased, type Plan, planFor, type StoredCrate } from './plan.ts';
import { sameCrateInPull } from './same-crate.ts';
import { documentSetSha256, lockCrate, readStored, sha256Hex } from './stored.ts';
import {
  crateColumns,
  dropRows,
  markRows,
  type StoredDocument,
  stepBack,
  updateVersion,
  verdictColumns,
  writeCrate,
  writeDocuments,
  writeLocation,
  writeVersion,
} from './write.ts';

/** A registration as judged, with the ids and digests that follow from it. */
interface Prepared extends Judged {
  readonly documentSet: string;
  readonly crateId: string;
  readonly versionId: string;
}

/**
 * Registers a crate: one transaction or none (design rule 5), with its line of the pull, what is to be told, and the crates it
 * names that are to be pulled.
 */
export async function register(
  context: WorkContext,
  registration: Registration,
): Promise<Outcome<Registered>> {
  const { store, queue, notify } = context;
  const { facility, source } = registration.context;
  const documents = await compressed(registration);
  return storable(registration, () =>
    store.run(async () => {
      await prepareDeliveries(notify, queue);
      if (registration.pull !== null) await queue.prepare(pullQueue(facility, source));
      return store.transaction((tx) => registerIn(tx, context, registration, documents));
    }),
  );
}

async function registerIn(
  tx: Database,
  { queue, notify }: WorkContext,
  registration: Registration,
  documents: readonly StoredDocument[],
): Promise<Outcome<Registered>> {
  await lockPlaces(tx, registration.context, [registration.location.url]);
  await lockCrate(tx, registration.crateIri);
  const kept = await asTombstonesStand(tx, registration);
  if (!kept.ok) return kept;
  const prepared = prepare(await judge(tx, registration));
  const stored = await readStored(tx, prepared.registration, prepared.documentSet);
  const taken = stored === null ? null : await sameCrateInPull(tx, prepared.registration);
  const plan: Plan = taken === null ? planFor(stored, prepared) : { kind: 'conflict' };
  const rows = derivedRows(prepared, stored, plan);
  await carryOut(tx, prepared, stored, plan, rows, documents);
  const answered = answer(prepared, stored, plan, rows, taken);
  const returned = stored?.gone === true && plan.kind !== 'conflict';
  const changes = await changesOf(tx, {
    registration: prepared.registration,
    crateId: prepared.crateId,
    versionId: prepared.versionId,
    stored,
    plan,
    rows: answered.rows,
    bytesReferenced: answered.bytesReferenced,
  });
  const all = returned ? [returnOf(prepared), ...changes] : changes;
  await appendChanges(tx, all, notify, queue);
  // what it declares of other places is told to whoever registers those, one after the other
  await lockPlaces(tx, registration.context, declaredPlaces(registration));
  await writeLine(tx, queue, prepared.registration, answered, returned);
  return success(answered);
}

/** What `register` would answer. */
export function preview(store: Store, registration: Registration): Promise<Outcome<Registered>> {
  return store.run(async (db) => {
    const prepared = prepare(await judge(db, registration));
    const stored = await readStored(db, prepared.registration, prepared.documentSet);
    const plan = planFor(stored, prepared);
    return success(answer(prepared, stored, plan, derivedRows(prepared, stored, plan), null));
  });
}

function prepare(judged: Judged): Prepared {
  const { crateIri, document, records, recordsKept } = judged.registration;
  const documentSet = documentSetSha256(
    [
      { role: 'metadata', sha256: sha256Hex(document.bytes) },
      ...records.map(({ bytes }) => ({ role: 'schema_record', sha256: sha256Hex(bytes) })),
      ...recordsKept.map(({ sha256 }) => ({ role: 'schema_record', sha256 })),
    ],
    judged.registration.context.rebases,
  );
  return {
    ...judged,
    documentSet,
    crateId: crateId(crateIri),
    versionId: crateVersionId(crateIri, documentSet),
  };
}

/** Everything that is to be stored of a registration, compressed before the transaction. */
function compressed({ document, records }: Registration): Promise<readonly StoredDocument[]> {
  const documents = [
    // its validators are those of the place it was found at
    { ...document, role: 'metadata' as const, etag: null, lastModified: null },
    ...records.map((record) => ({ ...record, role: 'schema_record' as const })),
  ];
  return Promise.all(
    documents.map(async ({ bytes, ...one }) => ({
      ...one,
      sha256: sha256Hex(bytes),
      size: bytes.byteLength,
      compressed: await pack(bytes),
    })),
  );
}

/** The rows the registration says, whether they are written or already there; null for quarantine and conflict. */
function derivedRows(prepared: Prepared, stored: StoredCrate | null, plan: Plan): DerivedRows | null {
  const { registration } = prepared;
  if (registration.rows === null || plan.kind === 'conflict') return null;
  return new DerivedRows(registration.rows, {
    crateId: prepared.crateId,
    versionId: prepared.versionId,
    crateIri: registration.crateIri,
    facility: registration.context.facility,
    source: registration.context.source,
    registeredAt:
      stored?.versions.find((version) => version.isThis)?.registeredAt ?? registration.now.toISOString(),
    current: true,
    inherited: inheritedKeys(stored?.implied ?? [], plan.kind === 'change' ? plan.number : 0),
  });
}

async function carryOut(
  tx: Database,
  prepared: Prepared,
  stored: StoredCrate | null,
  plan: Plan,
  rows: DerivedRows | null,
  documents: readonly StoredDocument[],
): Promise<void> {
  const { registration, versionId } = prepared;
  if (plan.kind === 'conflict') return;
  if (plan.kind === 'change') {
    const takesOver = stored !== null && registration.rows !== null;
    await writeCrate(tx, registration, takesOver);
    await stepBack(tx, plan.stepBack);
    const columns = {
      ...verdictColumns(registration),
      state: plan.state,
      ...(plan.rows === 'keep' ? {} : mappedColumns(registration, rows)),
    };
    if (plan.isNew) {
      await writeVersion(tx, {
        ...mappedColumns(registration, rows),
        ...columns,
        id: versionId,
        crate_id: prepared.crateId,
        number: plan.number,
        document_set_sha256: Buffer.from(prepared.documentSet, 'hex'),
        registered_at: registration.now.toISOString(),
      });
      await writeDocuments(tx, versionId, documents, registration.recordsKept, registration.now);
    } else {
      await updateVersion(tx, versionId, columns);
    }
    if (plan.rows === 'write') {
      if (!plan.isNew) await dropRows(tx, versionId);
      await rows?.write(tx);
    } else if (plan.rows === 'keep' && plan.state !== 'superseded') {
      await markRows(tx, versionId, plan.state === 'current');
    }
  }
  if (registration.moved != null) {
    const { facility } = registration.context;
    await movePlaces(tx, { crateId: prepared.crateId, facility }, registration.moved.places);
    // also where the rows are as they were
    await updateVersion(tx, versionId, { mapping_context: registration.context });
  }
  // what its facility moved was not found there yet
  if (isRebased(registration)) await repointPlaces(tx, plan, versionId);
  else await writeLocation(tx, registration, versionId);
}

/** Columns that follow from mapping, with what it was told. */
function mappedColumns(registration: Registration, rows: DerivedRows | null) {
  return {
    ...crateColumns(registration.rows?.crate ?? null),
    // the crates that one in quarantine names are pulled all the same
    ...(registration.rows === null ? { nested: [...registration.nested] } : {}),
    admitted: rows !== null,
    row_counts: rows?.counts() ?? {},
    bytes_referenced: rows?.bytesReferenced() ?? 0,
    mapper_version: registration.mapperVersion,
    mapping_context: registration.context,
  };
}

function answer(
  prepared: Prepared,
  stored: StoredCrate | null,
  plan: Plan,
  rows: DerivedRows | null,
  taken: Failure | null,
): Registered {
  const { registration } = prepared;
  return {
    outcome: plan.kind === 'change' ? plan.outcome : plan.kind === 'conflict' ? 'conflict' : 'unchanged',
    crateId: prepared.crateId,
    crateVersionId: prepared.versionId,
    rows: rows?.counts() ?? {},
    bytesReferenced: rows?.bytesReferenced() ?? 0,
    findings:
      plan.kind === 'conflict' && stored !== null && taken === null
        ? [...registration.findings, conflictFinding(registration, stored)]
        : registration.findings,
    ...(taken === null ? {} : { error: taken }),
  };
}

function returnOf({ registration, crateId, versionId }: Prepared): NewChange {
  const { context, location, pull, rows, now, crateIri } = registration;
  return {
    type: 'crate.returned',
    at: now.toISOString(),
    facility: context.facility,
    source: context.source,
    proposal_id: rows?.crate.proposal_id ?? null,
    crate_id: crateId,
    crate_iri: crateIri,
    crate_version_id: versionId,
    pull_id: pull?.id ?? null,
    data: { url: location.url },
  };
}

function conflictFinding(registration: Registration, stored: StoredCrate): Finding {
  return {
    layer: 'document',
    rule: 'another-source-is-authoritative',
    severity: 'error',
    profile: 'crate',
    pointer: '',
    entity: null,
    message:
      `${registration.crateIri} is registered by ${stored.facility}/${stored.source}, whose document differs. ` +
      `Nothing of this copy was registered; list the crate in one source, or make the copies the same.`,
  };
}

async function storable<T>(registration: Registration, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnstorableText)) throw error;
    return failure('unreadable', `The document holds text that cannot be stored: ${error.message}.`, {
      where: registration.location.url,
    });
  }
}
