import { eq, sql } from 'drizzle-orm';
import type { Registered, Registration } from '../contract.ts';
import type { Database } from '../database.ts';
import type { Queue } from '../queue/queue.ts';
import { pull } from '../tables/facts.ts';
import { addItems, redoItems, writeItems } from '../work/items.ts';
import { knownLocations } from '../work/known.ts';

/**
 * Writes a registration's line of its pull, once, and queues what follows from it: the crates it names, and those read before
 * in this pull whose bytes are not what they were taken for now that it declares them.
 */
export async function writeLine(
  tx: Database,
  queue: Queue,
  registration: Registration,
  answer: Registered,
  returned: boolean,
): Promise<void> {
  const of = registration.pull;
  if (of === null) return;
  const line = {
    url: of.url,
    crate: registration.crateIri,
    outcome: answer.outcome,
    rows: answer.outcome === 'unchanged' ? {} : answer.rows,
    bytesReferenced: answer.bytesReferenced,
    findings: answer.findings,
    ...(answer.error === undefined ? {} : { error: answer.error }),
  };
  const written = await writeItems(tx, of.id, [line], registration.now);
  // another worker was faster, and did what follows
  if (written.length === 0) return;
  if (returned) {
    await tx
      .update(pull)
      .set({ returned: sql`${pull.returned} + 1` })
      .where(eq(pull.id, of.id));
  }
  if (answer.outcome === 'conflict') return;
  const again = await misjudgedChildren(tx, registration);
  await addItems(tx, queue, of.id, of.nested);
  await redoItems(tx, queue, of.id, again);
}

async function misjudgedChildren(tx: Database, registration: Registration): Promise<readonly string[]> {
  const known = await knownLocations(tx, registration.context, declaredPlaces(registration));
  return [...known.values()].filter(({ misjudged }) => misjudged).map(({ url }) => url);
}

/** Places of crates for whose documents a registration declares a digest. */
export function declaredPlaces({ nested }: Registration): readonly string[] {
  return nested.flatMap(({ kind, url, sha256 }) =>
    kind === 'nested_crate' && url !== null && sha256 !== null ? [url] : [],
  );
}
