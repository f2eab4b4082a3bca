import { z } from '@hono/zod-openapi';
import type {
  RebaseItem,
  RebaseReport,
  RedactionReport,
  Tombstone,
  WithdrawalReport,
} from '../../model/curation.ts';
import { count, type Exact, flag, type Same, text } from './common.ts';

const prefixes = { from: z.string(), to: z.string() };

/** A move as it was recorded. */
export const rebaseItem = z
  .object({
    ...prefixes,
    id: z.string(),
    facility: z.string(),
    because: text,
    caller: z.string(),
    recorded_at: z.string(),
    ended_at: text.openapi({ description: 'Set once it was undone.' }),
  })
  .openapi('Rebase');

/** What a move moved, or would move. */
export const rebaseReport = z
  .object({
    ...prefixes,
    id: text.openapi({ description: 'Null in a dry run.' }),
    facility: z.string(),
    dry_run: flag,
    undo: flag,
    crates: count,
    locations: count,
    pointers: count,
    taken: count.openapi({ description: 'Crates that stay: another one is known at their new place.' }),
    moved: count,
    failed: z.array(z.object({ crate: z.string(), message: z.string() })).readonly(),
    storage_rule: text.openapi({
      description: 'Prefix of the rule that reads what is beneath the new prefix.',
    }),
  })
  .openapi('RebaseReport');

export const tombstone = z
  .object({
    id: z.string(),
    kind: z.enum(['withdraw', 'redact']),
    crate_id: z.string(),
    crate: z.string(),
    facility: z.string(),
    because: z.string(),
    caller: z.string(),
    at: z.string(),
    lifted_at: text,
  })
  .openapi('Tombstone');

export const withdrawalReport = z
  .object({ id: z.string(), crate: z.string(), versions: count, documents: count })
  .openapi('WithdrawalReport');

export const redactionReport = z
  .object({
    tombstones: z.array(z.object({ id: z.string(), crate: z.string() })).readonly(),
    versions: count,
    removed: count,
    dropped: count,
  })
  .openapi('RedactionReport');

true satisfies Same<Exact<z.infer<typeof rebaseItem>>, RebaseItem>;
true satisfies Same<Exact<z.infer<typeof rebaseReport>>, RebaseReport>;
true satisfies Same<Exact<z.infer<typeof tombstone>>, Tombstone>;
true satisfies Same<Exact<z.infer<typeof withdrawalReport>>, WithdrawalReport>;
true satisfies Same<Exact<z.infer<typeof redactionReport>>, RedactionReport>;
