import { z } from '@hono/zod-openapi';
import { CHANGE_TYPES, type ChangeEvent, type DriftReport } from '../../model/changes.ts';
import { count, jsonObject, type Same, text } from './common.ts';

export const changeEvent = z
  .object({
    id: z.string().openapi({ description: 'The same for ever: what was seen before is known by it.' }),
    cursor: z.string().openapi({ description: 'Continues after this change.' }),
    type: z.enum(CHANGE_TYPES),
    at: z.string().openapi({ format: 'date-time' }),
    facility: z.string(),
    source: z.string(),
    proposal_id: text,
    crate_id: text,
    crate_iri: text,
    crate_version_id: text,
    pull_id: text,
    data: jsonObject.openapi({ description: 'What exactly, by type: docs/events.md.' }),
  })
  .openapi('Change');

const driftItem = z
  .object({
    facility: z.string(),
    source: z.string(),
    crate_id: z.string(),
    crate_iri: z.string(),
    name: text,
    at: z.string().openapi({ format: 'date-time' }),
    count,
    detail: jsonObject,
  })
  .openapi('DriftItem');

const items = (description: string) => z.array(driftItem).readonly().openapi({ description });

export const driftReport = z
  .object({
    superseded: items('Crates with pointers whose files have other bytes now.'),
    moved: items('Crates with pointers, or places of their own, that moved.'),
    gone: items('Crates that their source no longer has.'),
    returned: items('Crates that were gone and are back.'),
    conflicts: items('Crates of which another source has another document.'),
    totals: z.object({
      superseded: count,
      moved: count,
      gone: count,
      returned: count,
      conflicts: count,
    }),
  })
  .openapi('DriftReport');

true satisfies Same<z.output<typeof changeEvent>, ChangeEvent>;
true satisfies Same<z.output<typeof driftReport>, DriftReport>;
