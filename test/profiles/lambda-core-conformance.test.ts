import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkLambdaCore } from '../../src/profiles/lambda-core/check.ts';
import { describeConformance, jsonDocuments } from '../support/conformance.ts';
import { errorsIn } from './crates.ts';

/** The one rule each invalid crate breaks, and where (the table of the documents' README). */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  'bare-technique-terms': [
    'entity unexpected-property /@graph/2/lambda:ccHalf',
    'entity unexpected-property /@graph/2/lambda:spaceGroup',
  ],
  'dangling-about': ['graph R1 /@graph/0/about'],
  'dangling-haspart': ['graph R3 /@graph/1/hasPart/1'],
  'datafile-type-token': ['graph R8 /@graph/2/@type/0'],
  'designation-no-association': ['entity missing-property /@graph/1/designated/0'],
  'interaction-no-sample': ['graph R13 /@graph/10/sample_id'],
  'interaction-sample-not-a-sample': ['graph R13 /@graph/10/sample_id'],
  'no-checksum': ['entity missing-property /@graph/2'],
  'no-license': ['graph R9 /@graph/1'],
  'nucleic-acid-no-identity': ['graph R11 /@graph/5'],
  'protein-no-accession': ['graph R10 /@graph/4'],
};

describeConformance('LAMBDA Core crates that others wrote', (folder) => {
  it.each(jsonDocuments(join(folder, 'lambda-core/valid')))('%s holds', (_, json) => {
    const { verdicts, findings } = checkLambdaCore(json);
    expect(errorsIn(findings)).toEqual([]);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds']);
  });

  it.each(jsonDocuments(join(folder, 'lambda-core/invalid')))('%s breaks exactly its rule', (name, json) => {
    const { verdicts, findings } = checkLambdaCore(json);
    const expected = BROKEN[name] ?? [];
    expect(expected).not.toEqual([]);
    expect(errorsIn(findings)).toEqual(expected);
    const layer = expected[0]?.split(' ')[0];
    for (const each of verdicts) {
      expect(each.verdict).toBe(each.layer === layer ? 'does-not-hold' : 'holds');
    }
  });

  it('marks the 0.2 spellings of the SSRL crate and says what replaces them', () => {
    const documents = new Map(jsonDocuments(join(folder, 'lambda-core/valid')));
    const { findings } = checkLambdaCore(documents.get('ssrl-mx-XA_x16') ?? null);
    const deprecated = findings.filter(({ rule }) => rule === 'deprecated-spelling');
    expect(deprecated.map(({ pointer }) => pointer)).toEqual([
      '/@graph/9/uniprotId',
      '/@graph/9/enzymeClass',
      '/@graph/11/@type/1',
      '/@graph/11/rawUnitId',
      '/@graph/12/@type/1',
      '/@graph/12/productId',
      '/@graph/21/pdbCode',
    ]);
    expect(deprecated[0]?.message).toContain('uniprot_id');
  });
});
