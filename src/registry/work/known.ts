import { sql } from 'drizzle-orm';
import type { MappingContext, NestedDocument } from '../../model/rows.ts';
import type { Database } from '../database.ts';
import { crate, crateLocation, crateVersion, crateVersionDocument } from '../tables/documents.ts';
import { redaction } from '../tables/facts.ts';
import type { KnownLocation } from '../work-contract.ts';
import type { SourceName } from './context.ts';
import { declaredOf, isAsDeclared, NOT_AS_DECLARED } from './declared.ts';

interface LocationRow extends Record<string, unknown> {
  readonly url: string;
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly document_url: string | null;
  readonly sha256: string;
  readonly gone: boolean;
  readonly crate_id: string;
  readonly iri: string;
  readonly facility: string;
  readonly source: string;
  readonly relayed: boolean;
  readonly present: boolean;
  readonly version_id: string;
  readonly state: KnownLocation['state'];
  readonly checker_version: string;
  readonly mapper_version: string;
  readonly mapping_context: MappingContext;
  readonly bytes_referenced: string;
  readonly nested: readonly NestedDocument[];
  readonly held_apart: boolean;
  readonly displaced: boolean;
  readonly redacted: boolean;
  readonly records: KnownLocation['records'];
}

/**
 * What is known of the documents at these places of a source. Where a place has had several crates, the one it has now. A
 * document registered before its version was kept with its place is not known.
 */
export async function knownLocations(
  db: Database,
  at: SourceName,
  urls: readonly string[],
): Promise<ReadonlyMap<string, KnownLocation>> {
  if (urls.length === 0) return new Map();
  const rows = await db.execute<LocationRow>(sql`
    SELECT DISTINCT ON (l.url) l.url, l.etag, l.last_modified, l.document_url, encode(l.document_sha256, 'hex') AS sha256,
      l.gone_at IS NOT NULL AS gone, l.crate_id, c.iri, c.facility, c.source, c.relayed,
      EXISTS (SELECT 1 FROM ${crateLocation} AS a WHERE a.crate_id = c.id AND a.facility = c.facility
              AND a.source = c.source AND a.gone_at IS NULL) AS present,
      v.id AS version_id, v.state, v.checker_version, v.mapper_version, v.mapping_context, v.bytes_referenced,
      v.nested, v.findings @> ${JSON.stringify([{ rule: NOT_AS_DECLARED }])}::text::jsonb AS held_apart,
      ${displaced()} AS displaced,
      EXISTS (SELECT FROM ${redaction} AS r WHERE r.crate_id = c.id AND r.lifted_at IS NULL) AS redacted,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('url', d.iri, 'sha256', encode(d.document_sha256, 'hex'),
                                 'etag', d.etag, 'lastModified', d.last_modified)), '[]'::jsonb)
       FROM ${crateVersionDocument} AS d
       WHERE d.crate_version_id = v.id AND d.role = 'schema_record') AS records
    FROM jsonb_array_elements_text(${JSON.stringify(urls)}::text::jsonb) AS u(url)
    -- by its index for each place, however little the planner knows of a table that was just filled
    CROSS JOIN LATERAL (SELECT * FROM ${crateLocation} AS p
      WHERE p.facility = ${at.facility} AND p.source = ${at.source} AND p.url = u.url OFFSET 0) AS l
    JOIN ${crate} AS c ON c.id = l.crate_id
    JOIN ${crateVersion} AS v ON v.id = l.crate_version_id
    ORDER BY l.url, l.gone_at DESC NULLS FIRST, v.registered_at DESC`);
  const declared = await declaredOf(
    db,
    at,
    rows.map(({ url }) => url),
  );
  return new Map(
    rows.map((row) => {
      const asDeclared = isAsDeclared(row.sha256, row.iri, declared.get(row.url) ?? []);
      return [row.url, knownLocation(row, asDeclared === row.held_apart)];
    }),
  );
}

/** Whether the place that a version is reckoned from is another one, which is gone. */
function displaced() {
  const home = sql`coalesce(v.mapping_context ->> 'found_at', v.mapping_context ->> 'document_url')`;
  return sql`(l.url <> ${home} AND EXISTS (SELECT FROM ${crateLocation} AS o
    WHERE o.crate_id = l.crate_id AND o.facility = l.facility AND o.url = ${home} AND o.gone_at IS NOT NULL))`;
}

function knownLocation(row: LocationRow, misjudged: boolean): KnownLocation {
  return {
    url: row.url,
    crateId: row.crate_id,
    crateIri: row.iri,
    crateVersionId: row.version_id,
    state: row.state,
    etag: row.etag,
    lastModified: row.last_modified,
    documentUrl: row.document_url,
    sha256: row.sha256,
    checkerVersion: row.checker_version,
    mapperVersion: row.mapper_version,
    context: row.mapping_context,
    bytesReferenced: Number(row.bytes_referenced),
    authority: {
      facility: row.facility,
      source: row.source,
      present: row.present,
      relayed: row.relayed,
    },
    gone: row.gone,
    misjudged,
    displaced: row.displaced,
    nested: row.nested.flatMap(({ kind, url, sha256 }) =>
      // records of a crate something was taken out of are not kept
      kind === 'remote_registration' || url === null || (kind === 'schema_record' && row.redacted)
        ? []
        : [{ kind, url, sha256 }],
    ),
    records: row.records,
  };
}
