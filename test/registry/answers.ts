import { type Caller, callerFor, OPERATOR } from '../../src/model/caller.ts';
import type { Failure, Outcome } from '../../src/model/failure.ts';
import type { ItemOf, ListFilters, ListKind } from '../../src/model/items.ts';
import type { Registered, Registration, Registry } from '../../src/registry/contract.ts';

/** The value of an outcome that must be good. */
export function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
}

/** The failure of an outcome that must not be. */
export function failureOf(outcome: Outcome<unknown>): Failure {
  if (!outcome.ok) return outcome.failure;
  throw new Error('it went well');
}

/** Registers crates one after another. */
export async function registerAll(
  registry: Registry,
  ...registrations: readonly Registration[]
): Promise<readonly Registered[]> {
  const answers: Registered[] = [];
  for (const registration of registrations) answers.push(value(await registry.register(registration)));
  return answers;
}

/** Everything in a list, read in pages, with the total every page says. */
export async function listAll<K extends ListKind>(
  registry: Registry,
  kind: K,
  filters: ListFilters = {},
  caller: Caller = OPERATOR,
  limit = 100,
): Promise<{ readonly items: readonly ItemOf[K][]; readonly totals: readonly number[] }> {
  const items: ItemOf[K][] = [];
  const totals: number[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: readonly ItemOf[K][]; next: string | null; total: number } = value(
      await registry.list(kind, filters, { limit, cursor }, caller),
    );
    items.push(...page.items);
    totals.push(page.total);
    cursor = page.next;
  } while (cursor !== null);
  return { items, totals };
}

/** Names of what a list holds. */
export async function namesIn(
  registry: Registry,
  kind: ListKind,
  filters: ListFilters = {},
  caller: Caller = OPERATOR,
): Promise<readonly (string | null)[]> {
  const { items } = await listAll(registry, kind, filters, caller);
  return items.map((item) => ('file_name' in item ? item.file_name : item.name));
}

const RESTRICTED = ['als', 'diamond', 'ssrl'].map((facility) => ({
  facility,
  metadata: 'restricted' as const,
  content: 'restricted' as const,
}));

export const ANONYMOUS = callerFor(null, RESTRICTED);

/** A caller with a token for these facilities or proposals, where everything is restricted. */
export function tokenFor(granted: {
  readonly facilities?: readonly string[];
  readonly proposals?: readonly { readonly facility: string; readonly proposal: string }[];
}): Caller {
  return callerFor(
    {
      name: 'a token',
      kind: 'token',
      scopes: ['metadata:read'],
      facilities: granted.facilities ?? [],
      proposals: granted.proposals ?? [],
    },
    RESTRICTED,
  );
}
