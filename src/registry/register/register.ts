import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { Registered, Registration } from '../contract.ts';
import type { Database } from '../database.ts';
import { DerivedRows } from '../derive.ts';
import { crateId, crateVersionId } from '../ids.ts';
import { UnstorableText } from '../sets.ts';
import type { Store } from '../store.ts';
import { inheritedKeys, type Plan, planFor, type StoredCrate } from './plan.ts';
import { documentSetSha256, lockCrate, readStored, sha256Hex } from './stored.ts';
import {
  crateColumns,
  dropRows,
  markRows,
  stepBack,
  updateVersion,
  verdictColumns,
  writeCrate,
  writeDocument,
  writeLocation,
  writeVersion,
} from './write.ts';

const compress = promisify(gzip);

/** A registration with the ids and digests that follow from it. */
interface Prepared {
  readonly registration: Registration;
  readonly sha256: string;
  readonly documentSet: string;
  readonly crateId: string;
  readonly versionId: string;
}

/** Registers a crate: one transaction or none (design rule 5). */
export async function register(store: Store, registration: Registration): Promise<Outcome<Registered>> {
  const prepared = prepare(registration);
  const compressed = await compress(registration.document.bytes);
  return storable(registration, () =>
    store.transaction(async (tx) => {
      await lockCrate(tx, registration.crateIri);
      const stored = await readStored(tx, registration, prepared.documentSet);
      const plan = planFor(stored, registration);
      const rows = derivedRows(prepared, stored, plan);
      await carryOut(tx, prepared, stored, plan, rows, compressed);
      return success(answer(prepared, stored, plan, rows));
    }),
  );
}

/** What `register` would answer. */
export function preview(store: Store, registration: Registration): Promise<Outcome<Registered>> {
  const prepared = prepare(registration);
  return store.run(async (db) => {
    const stored = await readStored(db, registration, prepared.documentSet);
    const plan = planFor(stored, registration);
    return success(answer(prepared, stored, plan, derivedRows(prepared, stored, plan)));
  });
}

function prepare(registration: Registration): Prepared {
  const sha256 = sha256Hex(registration.document.bytes);
  const documentSet = documentSetSha256([{ role: 'metadata', sha256 }]);
  return {
    registration,
    sha256,
    documentSet,
    crateId: crateId(registration.crateIri),
    versionId: crateVersionId(registration.crateIri, documentSet),
  };
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
  compressed: Uint8Array,
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
      ...(plan.rows === 'write' ? mappedColumns(registration, rows) : {}),
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
      await writeDocument(tx, versionId, registration, { sha256: prepared.sha256, compressed });
    } else {
      await updateVersion(tx, versionId, columns);
    }
    if (plan.rows === 'write') {
      if (!plan.isNew) await dropRows(tx, versionId);
      await rows?.write(tx);
    } else if (plan.rows === 'keep' && plan.state === 'current') {
      await markRows(tx, versionId, true);
    }
  }
  await writeLocation(tx, registration, prepared.sha256);
}

/** Columns that follow from mapping, with what it was told. */
function mappedColumns(registration: Registration, rows: DerivedRows | null) {
  return {
    ...crateColumns(registration.rows?.crate ?? null),
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
): Registered {
  const { registration } = prepared;
  return {
    outcome: plan.kind === 'change' ? plan.outcome : plan.kind === 'conflict' ? 'conflict' : 'unchanged',
    crateId: prepared.crateId,
    crateVersionId: prepared.versionId,
    rows: rows?.counts() ?? {},
    bytesReferenced: rows?.bytesReferenced() ?? 0,
    findings:
      plan.kind === 'conflict' && stored !== null
        ? [...registration.findings, conflictFinding(registration, stored)]
        : registration.findings,
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
