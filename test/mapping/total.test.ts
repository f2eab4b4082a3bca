import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import { ASSOCIATION_ENDS, type CrateRows, type EntityKind, type EntityRow } from '../../src/model/rows.ts';
import { generateCrates } from '../support/generated-crates.ts';
import { CRATE, crateOf, file, mapDocument, mapped, withParts } from './map-document.ts';

const IDS = [
  './',
  '#a',
  '#b',
  'a.h5',
  'd/',
  '../x',
  '_:b0',
  'https://x.org/a',
  'urn:x:1',
  'https://orcid.org/0000-0002-1825-0097',
  '__proto__',
  '',
];
const TYPES = [
  'File',
  'Dataset',
  'Person',
  'Organization',
  'CreateAction',
  'SoftwareApplication',
  'lambda:Sample',
  'lambda:Protein',
  'lambda:NucleicAcid',
  'lambda:SmallMolecule',
  'lambda:SampleComponentInteraction',
  'lambda:Instrument',
  'lambda:ExperimentRun',
  'lambda:WorkflowRun',
  'http://w3id.org/lambda/Sample',
  'lambda:Dataset',
];
const KEYS = [
  'hasPart',
  'object',
  'result',
  'instrument',
  'agent',
  'author',
  'publisher',
  'missing',
  'conformsTo',
  'identifier',
  'url',
  'name',
  'technique',
  'sha256',
  'contentSize',
  'storage_uri',
  'contentUrl',
  'partCount',
  'processing_level',
  'experiment_date',
  'startTime',
  'prov:used',
  'prov:generated',
  'prov:wasInformedBy',
  'prov:wasDerivedFrom',
  'prov:wasGeneratedBy',
  'prov:qualifiedAssociation',
  'hasBioChemEntityPart',
  'sample_id',
  'subject_id',
  'designated',
  'proposal_id',
  'sample_code',
  'instrumentName',
  'facility_name',
  'schemaRecord',
  'orcid',
  'ror',
  'uniprot_id',
  'sufficiency',
  'license',
  'keywords',
  'lambda:technique',
  'author_position',
  '__proto__',
  'constructor',
  'affiliation',
  'measurementTechnique',
];

const leaf = fc.oneof(
  fc.constantFrom<JsonValue>('saxs', '2024-05-16', '12', '-0', 1e308, 'https://x.org/a', ...IDS),
  fc.jsonValue({ maxDepth: 1 }).map((value): JsonValue => JSON.parse(JSON.stringify(value))),
);
const reference = fc.constantFrom(...IDS).map((id): JsonValue => ({ '@id': id }));
const block = fc.dictionary(
  fc.constantFrom('field', 'reason', 'value', 'unitText', '@value', '@list', 'prov:generated', 'prov:agent'),
  fc.oneof(leaf, reference),
  { maxKeys: 3 },
);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  leaf,
  reference,
  block,
  fc.array(fc.oneof(leaf, reference, block), { maxLength: 4 }),
);
const entity = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom<JsonValue>(...IDS) }, { weight: 1, arbitrary: leaf }),
    fc.oneof(fc.constantFrom<JsonValue>(...TYPES), fc.subarray<JsonValue>(TYPES, { maxLength: 3 }), leaf),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 8 }),
  )
  .map(
    ([id, type, entries]): JsonValue =>
      Object.fromEntries<JsonValue>([['@id', id], ['@type', type], ...entries]),
  );
const nearlyCrates = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 8 }),
    fc.array(fc.oneof({ weight: 12, arbitrary: entity }, { weight: 1, arbitrary: leaf }), { maxLength: 10 }),
  )
  .map(([root, entities]): JsonValue => {
    const { '@graph': graph, ...rest } = crateOf(Object.fromEntries(root));
    return { ...rest, '@graph': [...(Array.isArray(graph) ? graph : []), ...entities] };
  });
const documents = fc.oneof(
  { weight: 5, arbitrary: nearlyCrates },
  { weight: 1, arbitrary: fc.jsonValue().map((json): JsonValue => JSON.parse(JSON.stringify(json))) },
);

const ROWS_OF: Readonly<
  Record<Exclude<EntityKind, 'visit' | 'study'>, (rows: CrateRows) => readonly EntityRow[]>
> = {
  instrument: (rows) => rows.instruments,
  sample: (rows) => rows.samples,
  molecule: (rows) => rows.molecules,
  component_interaction: (rows) => rows.component_interactions,
  experiment_run: (rows) => rows.experiment_runs,
  workflow_run: (rows) => rows.workflow_runs,
  data_file: (rows) => rows.data_files,
  person: (rows) => rows.persons,
  organization: (rows) => rows.organizations,
  proposal: (rows) => rows.proposals,
};

function irisOf(rows: CrateRows, kind: EntityKind | 'crate'): ReadonlySet<string> {
  if (kind === 'crate') return new Set([rows.crate.iri]);
  if (kind === 'visit' || kind === 'study') return new Set();
  return new Set(ROWS_OF[kind](rows).map((row) => row.iri));
}

describe('whatever the document', () => {
  it('there are rows, as JSON data that a worker can hand over', () => {
    fc.assert(
      fc.property(documents, (json) => {
        const rows = mapDocument(json);
        expect(structuredClone(rows)).toEqual(rows);
        expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it('associations and belonging end at rows of this crate', () => {
    fc.assert(
      fc.property(nearlyCrates, (json) => {
        const rows = mapDocument(json);
        const runs = new Set([...irisOf(rows, 'experiment_run'), ...irisOf(rows, 'workflow_run')]);
        for (const link of rows.associations) {
          const [subject, object] = ASSOCIATION_ENDS[link.kind];
          expect(irisOf(rows, subject).has(link.subject_iri), link.kind).toBe(true);
          expect(irisOf(rows, object).has(link.object_iri), link.kind).toBe(true);
        }
        for (const row of rows.data_files) {
          if (row.related_entity_iri !== null) expect(runs.has(row.related_entity_iri)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('no row invents a place, a proof or a status', () => {
    fc.assert(
      fc.property(nearlyCrates, (json) => {
        const rows = mapDocument(json);
        for (const row of rows.data_files) {
          expect(row.file_name).toMatch(/^[^/\\]+$/);
          if (row.storage_uri !== null) expect(row.storage_uri).toMatch(/^[a-z][a-z0-9+.-]*:\/\/[^#]+$/);
          if (row.sha256 !== null) expect(row).toMatchObject({ kind: 'file', checksum_source: 'declared' });
          expect(row.sha256 === null || /^[0-9a-f]{64}$/.test(row.sha256)).toBe(true);
        }
        for (const row of rows.experiment_runs) expect(row.processing_status).toBeNull();
        expect(
          rows.findings.every((finding) => finding.severity === 'warning' && finding.profile === 'mapping'),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('every row has an identity, weakest last, and none but a file’s lacks one of its crate', () => {
    fc.assert(
      fc.property(nearlyCrates, (json) => {
        const rows = mapDocument(json);
        for (const [kind, of] of Object.entries(ROWS_OF)) {
          for (const row of of(rows)) {
            const scopes = row.identity.map(({ scope }) => ['global', 'facility', 'crate'].indexOf(scope));
            expect(scopes).toEqual(scopes.toSorted((a, b) => a - b));
            if (kind !== 'data_file') expect(row.identity.at(-1)?.key).toContain(CRATE);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a big crate', () => {
  it('is mapped in time linear in its size', () => {
    const time = (files: number) => {
      const [crate] = generateCrates({ count: 1, files, seed: 7 });
      const json: JsonValue = JSON.parse(crate?.document ?? 'null');
      const { user } = process.cpuUsage();
      const rows = mapDocument(json);
      expect(rows.data_files.length).toBeGreaterThanOrEqual(files);
      return (process.cpuUsage().user - user) / 1000;
    };
    time(5_000);
    const small = time(5_000);
    const big = time(50_000);
    // Ten times the files; a quadratic step would take a hundred times as long.
    expect(big).toBeLessThan(Math.max(small, 50) * 40);
  });

  it('does not multiply what many runs share, nor what is nested in circles', () => {
    const runs = Array.from({ length: 100 }, (_, i) => ({
      '@id': `#r${i}`,
      '@type': 'lambda:ExperimentRun',
      result: [{ '@id': '#shared' }],
    }));
    const ids = Array.from({ length: 4_000 }, (_, i) => `f${i}.dat`);
    const shared = { '@id': '#shared', '@type': 'Dataset', ...withParts('#shared', ...ids) };
    const rows = mapped({}, [...runs, shared, ...ids.map((id) => file(id))]);
    expect(rows.data_files).toHaveLength(4_000);
    expect(rows.associations.length).toBeLessThanOrEqual(200_000);
    expect(rows.findings.map(({ rule }) => rule)).toEqual(['too-many-associations']);
  });

  it('says a repeated warning a hundred times and counts the rest', () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `f${i}.dat`);
    const rows = mapped(
      withParts(...ids),
      ids.map((id) => file(id, { sha256: 'x' })),
    );
    expect(rows.findings).toHaveLength(101);
    expect(rows.findings.at(-1)?.message).toContain('900 more');
  });
});
