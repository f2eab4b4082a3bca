import { OPERATOR } from '../model/caller.ts';
import type { PullItemReport } from '../model/reports.ts';
import type { BridgeContext } from './context.ts';
import type { RegisteredDocument } from './register-document.ts';

/**
 * The line of a document for who sent it or asked to have it read again: what is unchanged and in quarantine is
 * `quarantined`, since nothing got better.
 */
export async function stillHeld(
  context: BridgeContext,
  { item, crateVersionId }: RegisteredDocument,
): Promise<PullItemReport> {
  if (item.outcome !== 'unchanged' || crateVersionId === null) return item;
  const held = await context.registry.quarantinedCrate(crateVersionId, OPERATOR);
  return held.ok ? { ...item, outcome: 'quarantined' } : item;
}
