import { z } from '@hono/zod-openapi';
import type { DetailOf, ListKind } from '../../model/items.ts';
import { count, jsonObject, jsonValue, type Same, text } from './common.ts';
import { crateItem, fileItem, instrumentItem, runItem, sampleItem, workflowItem } from './items.ts';
import { finding, verdict } from './reports.ts';

export const declaredMissing = z
  .array(z.object({ field: z.string(), reason: text, blocks: text, note: text }))
  .readonly()
  .openapi({ description: 'What the source says it does not say, and why.' });

const extras = {
  json_pointer: z.string().openapi({ description: 'Of the entity in its document (RFC 6901).' }),
  properties: jsonObject.openapi({ description: 'Everything the other fields do not hold, as written.' }),
  declared_missing: declaredMissing,
};

const words = z.array(z.string()).readonly();

const crateDetail = crateItem
  .extend({
    verdicts: z.array(verdict).readonly(),
    findings: z.array(finding).readonly(),
    conforms_to: words,
    keywords: words,
    identifiers: words,
    sufficiency: jsonValue,
    nested: jsonValue,
    persons: z.array(z.object({ id: z.string(), name: text, role: text, orcid: text })).readonly(),
    organizations: z.array(z.object({ id: z.string(), name: text, role: text, ror: text })).readonly(),
    locations: z.array(z.object({ facility: z.string(), source: z.string(), url: z.string() })).readonly(),
    versions: z.array(z.object({ number: count, state: z.string(), registered_at: z.string() })).readonly(),
    declared_missing: declaredMissing,
    properties: jsonObject,
  })
  .openapi('CrateDetail');

/** What one item's own address answers. */
export const DETAILS = {
  crates: crateDetail,
  instruments: instrumentItem.extend(extras).openapi('InstrumentDetail'),
  runs: runItem.extend(extras).openapi('RunDetail'),
  samples: sampleItem.extend(extras).openapi('SampleDetail'),
  files: fileItem
    .extend({ ...extras, successor: text.openapi({ description: 'Id of what superseded it.' }) })
    .openapi('FileDetail'),
  workflows: workflowItem.extend(extras).openapi('WorkflowDetail'),
};

// Verdicts are held to the model where they are described; here they would only add their optional member.
type Described = {
  [K in ListKind]: Same<Omit<z.output<(typeof DETAILS)[K]>, 'verdicts'>, Omit<DetailOf[K], 'verdicts'>>;
};
({
  crates: true,
  instruments: true,
  runs: true,
  samples: true,
  files: true,
  workflows: true,
}) satisfies Described;
