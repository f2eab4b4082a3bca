import { z } from '@hono/zod-openapi';
import type { Finding, Verdict } from '../../model/finding.ts';
import type { PullReport } from '../../model/reports.ts';
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

export const pullReport = z
  .object({
    id: z.string(),
    source: z.string().openapi({ description: '`{facility}/{source}`' }),
    dry_run: flag,
    complete: flag,
    listed: count,
    registered: count,
    updated: count,
    unchanged: count,
    quarantined: count,
    failed: count,
    bytes_referenced: count,
    bytes_copied: z.literal(0).openapi({ type: 'integer', description: 'File content stored here.' }),
    items: z
      .array(
        z.object({
          crate: z.string(),
          outcome: z.enum(['registered', 'updated', 'unchanged', 'quarantined', 'conflict', 'failed']),
          rows: z.record(z.string(), z.number()).readonly(),
          findings: z.array(finding).readonly(),
          error: failureValue.optional(),
        }),
      )
      .readonly(),
    error: failureValue.optional(),
  })
  .openapi('PullReport');

true satisfies Same<z.output<typeof finding>, Finding>;
true satisfies Same<Exact<z.output<typeof verdict>>, Verdict>;
true satisfies Same<Exact<z.output<typeof pullReport>>, PullReport>;
