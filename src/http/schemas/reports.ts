import { z } from '@hono/zod-openapi';
import type { Finding, Verdict } from '../../model/finding.ts';
import type { PullItemReport, PullReport } from '../../model/reports.ts';
import { failureCodes } from '../problem-kinds.ts';
import { count, type Exact, flag, type Same, text } from './common.ts';

export const finding = z
  .object({
    layer: z.enum(['document', 'entity', 'graph']),
    rule: z.string(),
    severity: z.enum(['error', 'warning']),
    profile: z.enum(['lambda-core', 'ro-crate', 'crate', 'mapping']),
    pointer: text,
    entity: text,
    message: z.string(),
  })
  .openapi('Finding');

export const verdict = z
  .object({
    profile: z.enum(['lambda-core', 'ro-crate']),
    version: text,
    layer: z.enum(['document', 'entity', 'graph']),
    verdict: z.enum(['holds', 'does-not-hold', 'not-run']),
    reason: z.string().optional(),
  })
  .openapi('Verdict');

/** A failure inside a report: the same facts as a problem document. */
const failureValue = z
  .object({
    code: z.enum(failureCodes()),
    message: z.string(),
    where: z.string().optional(),
    expected: z.string().optional(),
    found: z.string().optional(),
    retryAfterSeconds: z.number().optional(),
    retryable: z.boolean().optional(),
    successor: z.string().optional(),
  })
  .openapi('Failure');

const outcome = z.enum([
  'registered',
  'updated',
  'unchanged',
  'quarantined',
  'conflict',
  'withdrawn',
  'failed',
]);

/** What came of one crate. */
export const pullItem = z
  .object({
    url: z
      .string()
      .openapi({ description: 'Where it was found: as the source lists it, or as a crate names it.' }),
    parent: z.string().optional().openapi({ description: 'Identity IRI of the crate that named it.' }),
    crate: z.string().openapi({ description: 'Identity IRI; the URL when it never got so far.' }),
    outcome,
    rows: z.record(z.string(), z.number()).readonly(),
    findings: z.array(finding).readonly(),
    error: failureValue.optional(),
  })
  .openapi('PullItem');

export const pullReport = z
  .object({
    id: z.string(),
    source: z.string().openapi({ description: '`{facility}/{source}`' }),
    dry_run: flag,
    trigger: z.enum(['request', 'schedule', 'push']),
    full: flag.openapi({ description: 'Everything was asked for, not only what a window covers.' }),
    complete: flag,
    listed: count,
    registered: count,
    updated: count,
    unchanged: count,
    quarantined: count,
    failed: count,
    conflict: count.openapi({ description: "Another source's or document's crate, and so not registered." }),
    withdrawn: count,
    gone: count.openapi({ description: 'Crates this listing made gone.' }),
    returned: count.openapi({ description: 'Gone crates it brought back.' }),
    held: z
      .object({ missing: count, present: count, hold_above: z.number() })
      .optional()
      .openapi({ description: 'So much would have vanished that nothing was counted as missing.' }),
    bytes_referenced: count,
    bytes_copied: z.literal(0).openapi({ type: 'integer', description: 'File content stored here.' }),
    items: z.array(pullItem).readonly(),
    problems: z
      .array(failureValue)
      .readonly()
      .openapi({ description: 'What could not be listed, where the rest could.' }),
    started_at: z.string(),
    finished_at: z.string().nullable(),
    error: failureValue.optional(),
  })
  .openapi('PullReport');

true satisfies Same<z.output<typeof finding>, Finding>;
true satisfies Same<Exact<z.output<typeof verdict>>, Verdict>;
true satisfies Same<Exact<z.output<typeof pullItem>>, PullItemReport>;
true satisfies Same<Exact<z.output<typeof pullReport>>, PullReport>;
