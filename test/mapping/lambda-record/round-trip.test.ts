import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordFromRows } from '../../../src/mapping/lambda-record/record-from-rows.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { RecordRows } from '../../../src/model/record-rows.ts';
import { describeConformance } from '../../support/conformance.ts';
import { records } from './arbitrary-records.ts';
import { EMBEDDED, FULL, mapped, publishedRecords } from './records.ts';

/** Rows without their places, which move when a record is written in its flat form. */
function comparable({ findings, ...rows }: RecordRows): JsonValue {
  const found = findings.map(({ rule, message }) => `${rule}: ${message}`).sort();
  const plain = JSON.stringify({ ...rows, found }, (key, value) =>
    key === 'json_pointer' ? undefined : value,
  );
  return JSON.parse(plain);
}

function expectSameRows(record: JsonObject): void {
  const rows = mapped(record);
  const again = mapped(recordFromRows(rows));
  expect(comparable(again)).toEqual(comparable(rows));
}

describe('rows of a record, written as a record and read again', () => {
  it('are the same, whatever the record said', () => {
    fc.assert(fc.property(records, expectSameRows), { numRuns: 100 });
  });

  it('are the same of a record that says something in every collection', () => {
    expectSameRows(FULL);
  });

  it('are the same of a record in the form of 2025, which is then written flat', () => {
    expectSameRows(EMBEDDED);
    const flat = recordFromRows(mapped(EMBEDDED));
    expect(Object.keys(flat).sort()).toEqual([
      'data_files',
      'experiment_instrument_associations',
      'experiment_runs',
      'experiment_sample_associations',
      'id',
      'images',
      'instruments',
      'sample_preparations',
      'samples',
      'studies',
      'study_experiment_associations',
      'study_sample_associations',
      'study_workflow_associations',
      'workflow_experiment_associations',
      'workflow_output_associations',
      'workflow_runs',
    ]);
    expect(flat['studies']).toEqual([{ id: 'lambdaber:sty001', title: 'A study' }]);
  });
});

describeConformance('published records', (folder) => {
  it.each(publishedRecords(folder))('%s comes out of its rows as it went in', (_, record) => {
    expect(recordFromRows(mapped(record))).toEqual(record);
  });
});
