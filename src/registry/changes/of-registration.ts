import { and, desc, eq, sql } from 'drizzle-orm';
import type { ChangeType, NewChange } from '../../model/changes.ts';
import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Registration } from '../contract.ts';
import type { CrateMove } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import type { Plan, StoredCrate, StoredVersionState } from '../register/plan.ts';
import { crateVersion } from '../tables/documents.ts';
import { change } from '../tables/facts.ts';
import { versionDiff } from './diff.ts';

/** A registration that was just carried out, in its transaction. */
export interface CarriedOut {
  readonly registration: Registration;
  readonly crateId: string;
  readonly versionId: string;
  /** What was stored before. */
  readonly stored: StoredCrate | null;
  readonly plan: Plan;
  /** Rows of this version by table, and the sizes its pointers declare. */
  readonly rows: Readonly<Record<string, number>>;
  readonly bytesReferenced: number;
}

/**
 * What a registration changed, to be appended in its transaction; nothing where the documents are as they were, also
 * where they were only read anew by a newer checker or mapper.
 */
export async function changesOf(tx: Database, done: CarriedOut): Promise<readonly NewChange[]> {
  const { plan } = done;
  if (plan.kind === 'conflict') return await conflict(tx, done);
  const changed = await changesOfDocuments(tx, done);
  const { moved = null, rows } = done.registration;
  if (moved === null) return changed;
  // what only moved was neither updated nor put in quarantine now: one event tells it all
  const [only] = moved.sameDocument ? changed : [];
  const others = moved.sameDocument ? [] : changed;
  // a document in quarantine follows the crate it is of, whose move was told
  if (moved.places.length === 0 && rows === null) return others;
  return [await movedChange(tx, done, moved, only?.type === 'crate.updated' ? only.data : {}), ...others];
}

async function changesOfDocuments(tx: Database, done: CarriedOut): Promise<readonly NewChange[]> {
  const { plan } = done;
  if (plan.kind !== 'change') return [];
  const before = done.stored?.versions.find((version) => version.isThis) ?? null;
  if (plan.outcome === 'quarantined') {
    // once: what stays in quarantine under a newer checker is not told again
    return before?.state === 'quarantined' ? [] : [await quarantined(tx, done)];
  }
  return before?.state === 'current' ? [] : [await admitted(tx, done)];
}

async function admitted(tx: Database, done: CarriedOut): Promise<NewChange> {
  const { registration, plan, stored } = done;
  const was = currentOf(stored);
  const is = { id: done.versionId, number: plan.kind === 'change' ? plan.number : 0 };
  const facts = {
    url: registration.location.url,
    version: is.number,
    conformant: registration.conformant,
    rows: { ...done.rows },
    bytes_referenced: done.bytesReferenced,
  };
  const type: ChangeType =
    plan.kind === 'change' && plan.outcome === 'updated' ? 'crate.updated' : 'crate.registered';
  return {
    ...about(done, type),
    proposal_id: registration.rows?.crate.proposal_id ?? null,
    crate_version_id: is.id,
    data: was === null ? facts : { ...facts, ...(await versionDiff(tx, was, is)) },
  };
}

async function movedChange(
  tx: Database,
  done: CarriedOut,
  { by, places }: CrateMove,
  diff: JsonObject,
): Promise<NewChange> {
  const { rows, location } = done.registration;
  return {
    ...about(done, 'crate.moved'),
    proposal_id: rows?.crate.proposal_id ?? (await proposalOf(tx, done)),
    crate_version_id: done.versionId,
    data: {
      ...diff,
      url: location.url,
      by,
      places: places.map(({ source, from, to }) => ({ source, from, to })),
    },
  };
}

async function quarantined(tx: Database, done: CarriedOut): Promise<NewChange> {
  const { registration, plan } = done;
  const state = plan.kind === 'change' ? plan.state : null;
  const shown = currentOf(done.stored);
  const errors = registration.findings.filter((finding) => finding.severity === 'error');
  return {
    ...about(done, 'crate.quarantined'),
    proposal_id: await proposalOf(tx, done),
    crate_version_id: done.versionId,
    data: {
      url: registration.location.url,
      version: plan.kind === 'change' ? plan.number : 0,
      errors: errors.length,
      findings: byRule(errors),
      // one that was shown and holds no longer stays, unless its bytes are not those that were declared
      has_current: state === 'current' || (shown !== null && shown.id !== done.versionId),
    },
  };
}

/** Told once a differing document, not at every pull that finds it again. */
async function conflict(tx: Database, done: CarriedOut): Promise<readonly NewChange[]> {
  const { registration, crateId, stored } = done;
  const { facility, source } = registration.context;
  const { sha256, url } = registration.location;
  const told = await tx
    .select({ id: change.id })
    .from(change)
    .where(
      and(
        eq(change.crate_id, crateId),
        eq(change.type, 'crate.conflict'),
        eq(change.facility, facility),
        eq(change.source, source),
        sql`${change.data}->>'document_sha256' = ${sha256}`,
      ),
    )
    .limit(1);
  if (told.length > 0) return [];
  // who else has the crate is for those who may see it: another facility's name is not for the readers of this one
  const authority: JsonObject =
    stored?.facility === facility ? { registered_by: `${stored.facility}/${stored.source}` } : {};
  return [
    {
      ...about(done, 'crate.conflict'),
      proposal_id: await proposalOf(tx, done),
      crate_version_id: null,
      data: { url, document_sha256: sha256, ...authority },
    },
  ];
}

function about({ registration, crateId }: CarriedOut, type: ChangeType) {
  return {
    type,
    at: registration.now.toISOString(),
    facility: registration.context.facility,
    source: registration.context.source,
    crate_id: crateId,
    crate_iri: registration.crateIri,
    pull_id: registration.pull?.id ?? null,
  };
}

function currentOf(stored: StoredCrate | null): StoredVersionState | null {
  return stored?.versions.find((version) => version.state === 'current') ?? null;
}

/**
 * The proposal of what is shown of the crate, or was: a document in quarantine says none. A proposal is a code of one
 * facility, so that of another facility's crate is not this one's.
 */
async function proposalOf(
  tx: Database,
  { crateId, registration, stored }: CarriedOut,
): Promise<string | null> {
  if (stored?.facility !== registration.context.facility) return null;
  const [shown] = await tx
    .select({ proposal: crateVersion.proposal_id })
    .from(crateVersion)
    .where(and(eq(crateVersion.crate_id, crateId), eq(crateVersion.admitted, true)))
    .orderBy(desc(eq(crateVersion.state, 'current')), desc(crateVersion.number))
    .limit(1);
  return shown?.proposal ?? null;
}

function byRule(findings: readonly Finding[]): JsonObject {
  const counts: Record<string, number> = {};
  for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}
