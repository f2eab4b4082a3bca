import { z } from '@hono/zod-openapi';
import type { FacilityItem, ItemOf, ListKind } from '../../model/items.ts';
import { count, flag, link, quantity, type Same, text, verificationOutcome } from './common.ts';

const base = { id: z.string(), facility: z.string(), proposal_id: text, name: text, description: text };

const entity = {
  ...base,
  iri: z.string(),
  implied: flag,
  crate: z
    .object({ id: z.string(), name: text, iri: z.string() })
    .readonly()
    .openapi({ description: 'Crate whose row won.' }),
  conformant: flag,
  other_claims: count.openapi({ description: 'Other current rows about the same thing that you may see.' }),
};

const links = z.array(link).readonly();

export const crateItem = z
  .object({
    ...base,
    iri: z.string(),
    source: z.string(),
    version: count,
    state: z.enum(['current', 'superseded', 'quarantined']),
    profile: z.string(),
    conformant: flag,
    technique: text,
    date_published: text,
    license: text,
    package_tier: text,
    document_sha256: z.string(),
    registered_at: z.string(),
    runs: count,
    files: count,
    bytes_referenced: count,
  })
  .openapi('Crate');

export const instrumentItem = z
  .object({
    ...entity,
    instrument_code: text,
    instrument_category: text,
    beamline_id: text,
    facility_name: text,
    facility_ror: text,
    manufacturer: text,
    model: text,
    detector: text,
    runs: count,
  })
  .openapi('Instrument');

export const runItem = z
  .object({
    ...entity,
    experiment_code: text,
    technique: text,
    processing_status: text.openapi({ description: 'Null when nobody said one.' }),
    collection_mode: text,
    beamline_id: text,
    raw_data_location: text,
    experiment_date: text,
    start_time: text,
    end_time: text,
    time_earliest: text.openapi({ description: 'The run did not happen before this instant.' }),
    time_before: text.openapi({ description: 'The run happened before this instant.' }),
    instruments: links,
    samples: links,
    files: count,
    bytes_referenced: count,
  })
  .openapi('Run');

export const sampleItem = z
  .object({
    ...entity,
    sample_code: text,
    sample_type: text,
    protein_name: text,
    organism: text,
    expression_system: text,
    concentration: text,
    seguid: text,
    molecules: z
      .array(z.object({ id: z.string(), name: text, molecule_type: z.string(), accession: text }))
      .readonly(),
    runs: count,
  })
  .openapi('Sample');

export const workflowItem = z
  .object({
    ...entity,
    workflow_code: text,
    workflow_type: text,
    software_name: text,
    software_version: text,
    processing_level: z.number().nullable(),
    start_time: text,
    end_time: text,
    runs: links,
  })
  .openapi('Workflow');

export const fileItem = z
  .object({
    ...entity,
    entity_id: z.string().openapi({ description: 'The logical file; `id` names one set of bytes of it.' }),
    kind: z.enum(['file', 'series', 'container']),
    file_name: z.string(),
    relative_path: text,
    file_format: text,
    data_type: text,
    file_role: text,
    encoding_format: text,
    processing_level: z.number().nullable(),
    file_size_bytes: quantity,
    storage_uri: text,
    storage_uri_written: text,
    sha256: text,
    checksum_source: text,
    declared_digest: text,
    part_count: quantity,
    is_designated: flag,
    related_entity: text,
    sources: z
      .array(z.string())
      .readonly()
      .openapi({ description: '`{facility}/{source}` of every row that says it.' }),
    conflicts: z
      .array(
        z.object({
          code: z.enum(['foreign-prefix', 'disagreement']),
          message: z.string(),
          pointers: z.array(z.string()).readonly(),
        }),
      )
      .readonly()
      .openapi({ description: 'Why it does not resolve or is disputed; empty when all is well.' }),
    verification: z
      .object({
        outcome: verificationOutcome,
        at: z.string(),
      })
      .readonly()
      .nullable()
      .openapi({ description: 'Of the last attempt to read the bytes.' }),
  })
  .openapi('File');

export const facilityItem = z
  .object({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    ror: text,
    timezone: z.string(),
    access: z.object({ metadata: z.string(), content: z.string() }).readonly(),
    sources: z.array(z.object({ name: z.string(), kind: z.string(), schedule: text })).readonly(),
    crates: count,
    runs: count,
    files: count,
    bytes_referenced: count,
  })
  .openapi('Facility');

/** The item of each list, described; lists, their columns in CSV and `/openapi.json` all come from here. */
export const ITEMS = {
  crates: crateItem,
  instruments: instrumentItem,
  runs: runItem,
  samples: sampleItem,
  files: fileItem,
  workflows: workflowItem,
};

type Described = { [K in ListKind]: Same<z.output<(typeof ITEMS)[K]>, ItemOf[K]> };
({
  crates: true,
  instruments: true,
  runs: true,
  samples: true,
  files: true,
  workflows: true,
}) satisfies Described;
true satisfies Same<z.output<typeof facilityItem>, FacilityItem>;
