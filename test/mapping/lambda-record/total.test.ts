import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapRecord } from '../../../src/mapping/lambda-record/map.ts';
import { recordFromRows } from '../../../src/mapping/lambda-record/record-from-rows.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import {
  RECORD_ASSOCIATION_ENDS,
  type RecordEntityKind,
  type RecordRows,
} from '../../../src/model/record-rows.ts';
import { ASSOCIATION_ENDS, type EntityRow } from '../../../src/model/rows.ts';
import { checkRecord } from '../../../src/profiles/lambda-record/check.ts';
import { records } from './arbitrary-records.ts';
import { CONTEXT, EMBEDDED, FULL } from './records.ts';

/** Places of a JSON value, as paths. */
function pathsOf(value: JsonValue, at: readonly (string | number)[] = []): (string | number)[][] {
  const entries: [string | number, JsonValue][] = isJsonArray(value)
    ? [...value.entries()]
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return [[...at], ...entries.flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
}

function replaced(value: JsonValue, [key, ...below]: readonly (string | number)[], by: JsonValue): JsonValue {
  if (key === undefined) return by;
  if (isJsonArray(value)) return value.map((item, i) => (i === key ? replaced(item, below, by) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === key ? replaced(inner, below, by) : inner]),
  );
}

const anything = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    '',
    0,
    -1,
    1e308,
    true,
    [],
    {},
    [null],
    'lambdaber:sample-1',
    { id: 5 },
    '__proto__',
    '\0\ud800',
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value): JsonValue => JSON.parse(JSON.stringify(value))),
);
const mutated = fc
  .tuple(
    fc.constantFrom<JsonObject>(FULL, EMBEDDED),
    fc.array(fc.tuple(fc.nat(), anything), { minLength: 1, maxLength: 4 }),
  )
  .map(([record, changes]) =>
    changes.reduce<JsonValue>((value, [pick, by]) => {
      const paths = pathsOf(value);
      return replaced(value, paths[pick % paths.length] ?? [], by);
    }, record),
  );
const documents = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: records },
);

const ROWS_OF: Readonly<Partial<Record<RecordEntityKind, (rows: RecordRows) => readonly EntityRow[]>>> = {
  study: (rows) => rows.studies,
  instrument: (rows) => rows.instruments,
  sample: (rows) => rows.samples,
  sample_component: (rows) => rows.sample_components,
  sample_preparation: (rows) => rows.sample_preparations,
  molecule: (rows) => rows.molecules,
  component_interaction: (rows) => rows.component_interactions,
  experiment_run: (rows) => rows.experiment_runs,
  workflow_run: (rows) => rows.workflow_runs,
  data_file: (rows) => rows.data_files,
  person: (rows) => rows.persons,
  organization: (rows) => rows.organizations,
  proposal: (rows) => rows.proposals,
};

function valueAt(json: JsonValue, pointer: string): JsonValue | undefined {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<JsonValue | undefined>((value, token) => {
      if (isJsonArray(value)) return value[Number(token)];
      return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
    }, json);
}

describe('mapping a record', () => {
  it('gives plain rows for any JSON: each with an identity, each place in the record, each association between rows', () => {
    fc.assert(
      fc.property(documents, (json) => {
        const rows = mapRecord(json, CONTEXT);
        expect(structuredClone(rows)).toEqual(rows);
        const iris = new Map(
          Object.entries(ROWS_OF).map(([kind, of]) => [kind, new Set(of(rows).map(({ iri }) => iri))]),
        );
        for (const of of Object.values(ROWS_OF)) {
          for (const row of of(rows)) {
            expect(row.identity.length).toBeGreaterThan(0);
            expect(valueAt(json, row.json_pointer)).toBeDefined();
            if (!row.implied) expect(isJsonObject(valueAt(json, row.json_pointer))).toBe(true);
          }
        }
        for (const row of rows.measurements) {
          expect(iris.get(row.entity_kind)).toContain(row.entity_iri);
          expect(valueAt(json, row.json_pointer)).toBeDefined();
        }
        for (const row of rows.associations) {
          const [subject, object] = { ...ASSOCIATION_ENDS, ...RECORD_ASSOCIATION_ENDS }[row.kind];
          expect(iris.get(subject)).toContain(row.subject_iri);
          expect(iris.get(object)).toContain(row.object_iri);
        }
        for (const row of rows.data_files) {
          expect(row.file_name).not.toMatch(/[/\\]/);
          if (row.sha256 !== null) expect(row.sha256).toMatch(/^[0-9a-f]{64}$/);
          if (row.storage_uri !== null) expect(URL.canParse(row.storage_uri)).toBe(true);
        }
        expect(rows.findings.every(({ severity }) => severity === 'warning')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('never throws, nor do its inverse and the checker', () => {
    fc.assert(
      fc.property(documents, (json) => {
        recordFromRows(mapRecord(json, CONTEXT));
        checkRecord(json);
      }),
      { numRuns: 150 },
    );
  });

  it('reports a hundred of a rule, and how many more there are', () => {
    const data_files = Array.from({ length: 250 }, (_, i) => ({
      id: `lambdaber:f${i}`,
      file_name: `${i}.dat`,
    }));
    const { findings } = mapRecord({ id: 'lambdaber:d', data_files }, CONTEXT);
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)?.message).toBe('150 more of rule no-storage-uri; the first 100 are listed.');
  });

  it('maps more links than a function takes arguments', () => {
    const count = 130_000;
    const links = Array.from({ length: count }, (_, i) => ({
      workflow_id: 'lambdaber:w',
      file_id: 'lambdaber:f',
      input_type: `frame ${i}`,
    }));
    const rows = mapRecord(
      {
        id: 'lambdaber:d',
        workflow_runs: [{ id: 'lambdaber:w' }],
        data_files: [{ id: 'lambdaber:f' }],
        workflow_input_associations: links,
      },
      CONTEXT,
    );
    expect(rows.associations).toHaveLength(count);
  });
});
