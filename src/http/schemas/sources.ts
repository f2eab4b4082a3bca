import { z } from '@hono/zod-openapi';
import { count } from './common.ts';
import { pullReport } from './reports.ts';

/** A configured source and how it stands. */
export const sourceItem = z
  .object({
    id: z.string().openapi({ description: '`{facility}/{source}`' }),
    facility: z.string(),
    name: z.string(),
    kind: z.string(),
    schedule: z.string().nullable().openapi({ description: 'Cron expression, in `timezone`.' }),
    timezone: z.string(),
    next_run_at: z.string().nullable(),
    paused: z
      .object({ at: z.string(), by: z.string().nullable(), because: z.string().nullable() })
      .nullable(),
    last_pull: pullReport.omit({ items: true }).extend({ state: z.string() }).nullable(),
    last_success_at: z.string().nullable(),
    last_change_at: z.string().nullable(),
    failures: count,
    failing_since: z.string().nullable(),
    failure_code: z.string().nullable(),
    overdue_since: z.string().nullable(),
    credential_warnings: z
      .array(z.string())
      .openapi({ description: 'Credentials that end soon or do not work; for those who may pull.' }),
    crates: z.object({ current: count, quarantined: count, gone: count }),
  })
  .openapi('Source');
