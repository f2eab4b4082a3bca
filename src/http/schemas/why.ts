import { z } from '@hono/zod-openapi';
import type { FileWhy } from '../../model/why.ts';
import {
  count,
  type Exact,
  flag,
  jsonObject,
  quantity,
  type Same,
  text,
  verificationOutcome,
} from './common.ts';
import { declaredMissing } from './details.ts';

const origin = z
  .object({
    facility: z.string(),
    source: z.string(),
    proposal_id: text,
    crate: z.object({ id: z.string(), iri: z.string(), name: text }),
    version: z.object({
      id: z.string(),
      number: count,
      state: z.enum(['current', 'superseded', 'quarantined']),
      conformant: flag,
      profile: z.string(),
      checker_version: z.string(),
      mapper_version: z.string(),
      registered_at: z.string(),
    }),
    document: z.object({
      url: z.string().openapi({ description: 'Where it was fetched when it was registered.' }),
      sha256: z.string(),
      media_type: z.string(),
      size: count,
      stored_at: z.string(),
    }),
    pull: z
      .object({ id: z.string(), trigger: z.enum(['request', 'schedule', 'push']), started_at: z.string() })
      .nullable()
      .openapi({ description: 'The pull that registered it, for whoever sees the facility as a whole.' }),
    entity_iri: z.string(),
    json_pointer: z.string().openapi({ description: 'Of the entity in the document (RFC 6901).' }),
    implied: flag,
    storage_uri_written: text,
    declared_digest: text,
    checksum_source: text,
    rebases: z
      .array(z.object({ from: z.string(), to: z.string() }))
      .readonly()
      .openapi({ description: 'Moves the storage_uri followed since it was written, oldest first.' }),
  })
  .openapi('PointerOrigin');

const property = z.object({ property: z.string(), value: z.string() }).nullable();

/** Why a pointer is what it is. */
export const fileWhy = z
  .object({
    pointer: z.object({
      id: z.string(),
      file_iri: z.string(),
      storage_uri: text,
      sha256: text,
      file_size_bytes: quantity,
    }),
    file_name: z.string(),
    state: z.enum(['current', 'superseded']),
    successor: text,
    said_by: z.tuple([origin], origin).readonly(),
    said_by_total: count,
    entity: z.object({
      written: jsonObject
        .nullable()
        .openapi({ description: 'The entity as its document has it; long text and lists are cut.' }),
      storage_uri: property,
      sha256: property,
      file_size_bytes: property,
    }),
    declared_missing: declaredMissing,
    rule: z.discriminatedUnion('applies', [
      z.object({
        applies: z.literal(true),
        prefix: z.string(),
        facility: z.string(),
        sources: z.array(z.string()).readonly(),
        reads: z.enum(['http', 'file']),
        target: text.openapi({ description: 'Only with the scope admin.' }),
      }),
      z.object({
        applies: z.literal(false),
        failure: z.object({ code: z.string(), message: z.string() }).openapi({ additionalProperties: true }),
      }),
    ]),
    conflicts: z
      .array(
        z.object({
          code: z.enum(['foreign-prefix', 'disagreement']),
          message: z.string(),
          pointers: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
    verification: z
      .object({
        pointer_id: z.string(),
        storage_uri: z.string(),
        outcome: verificationOutcome,
        sha256_expected: text,
        sha256_found: text,
        size_expected: quantity,
        bytes_read: count,
        failure_code: text,
        caller: z.string(),
        door: z.enum(['http', 'cli', 'audit']),
        started_at: z.string(),
        finished_at: z.string(),
      })
      .nullable()
      .openapi({ description: 'The last attempt to read the bytes.' }),
  })
  .openapi('FileWhy');

// The entity is whatever its document says, and the rule's failure is a problem's facts, described where problems are.
({ described: true }) satisfies {
  described: Same<Exact<Omit<z.output<typeof fileWhy>, 'rule' | 'entity'>>, Omit<FileWhy, 'rule' | 'entity'>>;
};
