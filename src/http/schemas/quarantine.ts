import { z } from '@hono/zod-openapi';
import type { QuarantinedCrate, QuarantinedItem } from '../../model/quarantine.ts';
import type { LinkedFindings } from '../findings-page.ts';
import { count, type Exact, flag, type Same, text } from './common.ts';
import { finding, verdict } from './reports.ts';

const ITEM = {
  crate_version_id: z.string(),
  crate_id: z.string(),
  crate_iri: z.string(),
  name: text.openapi({ description: 'As the current version says, where there is one.' }),
  facility: z.string(),
  source: z.string(),
  url: text.openapi({ description: 'Where its source found it.' }),
  number: count,
  since: z.string(),
  profile: z.enum(['lambda-core', 'ro-crate']),
  checker_version: z.string(),
  errors: count,
  warnings: count,
  has_current: flag.openapi({ description: 'Whether an earlier version is current.' }),
};

const WRONG = {
  state: z.enum(['quarantined', 'current', 'superseded']),
  verdicts: z.array(verdict).readonly(),
  findings: z.array(finding).readonly(),
};

export const quarantinedItem = z.object(ITEM).openapi('QuarantinedItem');
export const quarantinedCrate = z.object({ ...ITEM, ...WRONG }).openapi('QuarantinedCrate');

/** What whoever has a link is told: of the crate only what is wrong with it, and nothing of this service. */
export const linkedFindings = z
  .object({
    crate: z.string().openapi({ description: 'Its identity IRI.' }),
    name: text,
    url: text,
    since: z.string(),
    profile: ITEM.profile,
    checker_version: z.string(),
    errors: count,
    warnings: count,
    has_current: ITEM.has_current,
    ...WRONG,
  })
  .openapi('LinkedFindings');

true satisfies Same<Exact<z.output<typeof linkedFindings>>, LinkedFindings>;
true satisfies Same<Exact<z.output<typeof quarantinedItem>>, QuarantinedItem>;
true satisfies Same<Exact<z.output<typeof quarantinedCrate>>, QuarantinedCrate>;
