import { and, eq } from 'drizzle-orm';
import type { ChangeType, NewChange } from '../../model/changes.ts';
import type { Failure, FailureCode } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Database } from '../database.ts';
import { rfc3339 } from '../instants.ts';
import { sourceState } from '../tables/facts.ts';
import type { SourceName } from './context.ts';

/** Troubles of a source that are told once, until they are over. */
type Trouble = 'source.outage' | 'source.credential' | 'source.held';

/** Failures that say something of the credential and nothing of the source (design rule 10). */
const CREDENTIAL: readonly FailureCode[] = ['upstream_denied', 'credential_missing'];

/** Failures that say the source cannot be reached or does not work, whatever is asked of it. */
const OUTAGE: readonly FailureCode[] = [
  'unreachable',
  'timed_out',
  'upstream_status',
  'truncated',
  'blocked_address',
  'redirect_refused',
];

/** Whether a failure that everything of a source ends with is the source's own. */
export function isOfSource(reason: Failure): boolean {
  return isCredential(reason) || OUTAGE.includes(reason.code);
}

export function isCredential(reason: Failure): boolean {
  return CREDENTIAL.includes(reason.code);
}

/** What a pull says of its source. */
export interface Standing {
  readonly pullId: string;
  readonly at: Date;
  /** Why the whole source failed. */
  readonly failure: Failure | null;
  /** What is wrong with a credential although something could be listed. */
  readonly denied: Failure | null;
  /** Set where so much would have vanished that nothing was counted; null where the listing proves nothing. */
  readonly held: JsonObject | false | null;
  readonly changed: boolean;
  /** Newest date listed, where everything of the listing was dealt with. */
  readonly watermark: string | null;
  /** When everything was last asked for, where it was dealt with. */
  readonly fullAt: Date | null;
}

type StateRow = typeof sourceState.$inferSelect;

/** Takes the row of a source's standing, which is made when it is missing. Taken before the pull's own row, always. */
export async function lockStanding(tx: Database, { facility, source }: SourceName): Promise<StateRow> {
  await tx.insert(sourceState).values({ facility, source }).onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(sourceState)
    .where(and(eq(sourceState.facility, facility), eq(sourceState.source, source)))
    .for('update');
  if (row === undefined) throw new Error('The standing of a source vanished.');
  return row;
}

/** Writes how a source stands after a pull, and answers what is to be told of it: each trouble once, and its end. */
export async function writeStanding(
  tx: Database,
  before: StateRow,
  now: Standing,
): Promise<readonly NewChange[]> {
  const at = now.at.toISOString();
  const told = new Map(Object.entries(before.told));
  const changes: NewChange[] = [];
  const change = (type: ChangeType, data: JsonObject) => changes.push(sourceChange(before, type, now, data));
  const tell = (type: Trouble, data: JsonObject) => {
    if (told.has(type)) return;
    told.set(type, at);
    change(type, data);
  };

  const trouble = now.failure ?? now.denied;
  const since = rfc3339(before.failing_since) ?? at;
  if (trouble !== null) {
    const type = isCredential(trouble) ? 'source.credential' : 'source.outage';
    tell(type, { failure: failureFacts(trouble), failing_since: since });
  } else if (told.has('source.outage') || told.has('source.credential')) {
    told.delete('source.outage');
    told.delete('source.credential');
    change('source.recovered', { failing_since: rfc3339(before.failing_since), failures: before.failures });
  }
  if (now.held === false) told.delete('source.held');
  else if (now.held !== null) tell('source.held', now.held);

  await tx
    .update(sourceState)
    .set({
      last_pull_id: now.pullId,
      told: Object.fromEntries(told),
      ...(now.failure === null
        ? { last_success_at: at, failures: 0, failing_since: null, failure_code: null }
        : { failures: before.failures + 1, failing_since: since, failure_code: now.failure.code }),
      ...(now.changed ? { last_change_at: at } : {}),
      ...(now.watermark === null ? {} : { watermark: now.watermark }),
      ...(now.fullAt === null ? {} : { last_full_at: now.fullAt.toISOString() }),
    })
    .where(and(eq(sourceState.facility, before.facility), eq(sourceState.source, before.source)));
  return changes;
}

function sourceChange(
  { facility, source }: SourceName,
  type: ChangeType,
  { at, pullId }: Standing,
  data: JsonObject,
): NewChange {
  return {
    type,
    at: at.toISOString(),
    facility,
    source,
    proposal_id: null,
    crate_id: null,
    crate_iri: null,
    crate_version_id: null,
    pull_id: pullId,
    data,
  };
}

function failureFacts({ code, message, where }: Failure): JsonObject {
  return { code, message, ...(where === undefined ? {} : { where }) };
}
