import { type Caller, holds, holdsFor } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { Page, PageRequest } from '../model/items.ts';
import type {
  FindingsLink,
  QuarantinedCrate,
  QuarantinedItem,
  QuarantineFilters,
} from '../model/quarantine.ts';
import { chooseSources } from './choose-sources.ts';
import type { BridgeContext } from './context.ts';

const DAY_MS = 24 * 3_600_000;

/** How long a link works when nobody says. */
const USUAL_DAYS = 30;

/** Crates that wait in quarantine, of facilities the caller reaches as a whole. */
export async function quarantined(
  context: BridgeContext,
  filters: QuarantineFilters,
  page: PageRequest,
  caller: Caller,
): Promise<Outcome<Page<QuarantinedItem>>> {
  if (caller.kind === 'anonymous') return notSignedIn();
  // A name says nothing to who does not see every source; to who does, a wrong one would look like good news.
  const known =
    caller.metadata.kind === 'all' ? chooseSources(context, filters.source ?? []) : success(undefined);
  return known.ok ? context.registry.quarantined(filters, page, caller) : known;
}

/** One of them with every finding. */
export async function quarantinedCrate(
  context: BridgeContext,
  id: string,
  caller: Caller,
): Promise<Outcome<QuarantinedCrate>> {
  return caller.kind === 'anonymous' ? notSignedIn() : context.registry.quarantinedCrate(id, caller);
}

/** One of them for who wants to do something about it: needs `pulls:write` for its facility. */
export async function heldCrate(
  context: BridgeContext,
  id: string,
  caller: Caller,
): Promise<Outcome<QuarantinedCrate>> {
  if (!holds(caller, 'pulls:write')) return caller.kind === 'anonymous' ? notSignedIn() : denied();
  const found = await context.registry.quarantinedCrate(id, caller);
  if (!found.ok) return found;
  return holdsFor(caller, 'pulls:write', found.value.facility) ? found : denied(found.value.facility);
}

/** Makes a secret address for the findings of one of them, and writes down who did. */
export async function linkFindings(
  context: BridgeContext,
  id: string,
  days: number | null,
  caller: Caller,
): Promise<Outcome<FindingsLink>> {
  const held = await heldCrate(context, id, caller);
  if (!held.ok) return held;
  const now = context.now();
  const expiresAt = new Date(now.getTime() + (days ?? USUAL_DAYS) * DAY_MS);
  const { crate_version_id: crateVersionId } = held.value;
  const made = await context.registry.createFindingsLink({
    crateVersionId,
    caller: caller.name,
    now,
    expiresAt,
  });
  if (!made.ok) return made;
  const recorded = await context.registry.recordAudit({
    caller: caller.name,
    action: 'findings.link',
    subject: crateVersionId,
    detail: { expires_at: expiresAt.toISOString() },
    at: now,
  });
  if (!recorded.ok) return recorded;
  const path = `/findings/${made.value.secret}`;
  const { publicUrl } = context.config;
  const url = publicUrl === null ? null : publicUrl + path;
  return success({ path, url, expires_at: expiresAt.toISOString() });
}

/** What a secret address shows; `not_found` once it ended. */
export async function findingsBehind(
  context: BridgeContext,
  secret: string,
): Promise<Outcome<QuarantinedCrate>> {
  return context.registry.findingsBehind(secret, context.now());
}

function notSignedIn() {
  return failure('unauthenticated', 'What is in quarantine is shown to who signs in.', {
    where: 'Authorization',
    expected: 'Bearer TOKEN',
  });
}

function denied(facility?: string) {
  const place = facility === undefined ? '' : ` for ${facility}`;
  return failure('denied', `This needs a token with the scope pulls:write${place}.`, {
    expected: 'pulls:write',
  });
}
