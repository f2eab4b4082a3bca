import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { EntityRow } from '../../src/model/rows.ts';
import {
  CRATE,
  contextFor,
  crateOf,
  file,
  mapDocument,
  mapped,
  rulesOf,
  theOnly,
  withParts,
} from './map-document.ts';

const ELSEWHERE = 'https://als.example.org/crates/b/ro-crate-metadata.json';

function keys(row: EntityRow | undefined): readonly string[] {
  return row?.identity.map(({ key }) => key) ?? [];
}

/** The keys two crates of one facility have in common for the one row of a kind each has. */
function shared(
  kind:
    | 'samples'
    | 'experiment_runs'
    | 'workflow_runs'
    | 'instruments'
    | 'persons'
    | 'organizations'
    | 'molecules',
  one: readonly [JsonObject, readonly JsonObject[]],
  other: readonly [JsonObject, readonly JsonObject[]] = one,
): readonly string[] {
  const first = keys(theOnly<EntityRow>(mapDocument(crateOf(...one))[kind]));
  const second = keys(theOnly<EntityRow>(mapDocument(crateOf(...other), contextFor(ELSEWHERE))[kind]));
  return first.filter((key) => second.includes(key));
}

describe('samples', () => {
  const sample = (id: string, code = 'LYZ-42'): readonly JsonObject[] => [
    { '@id': id, '@type': 'lambda:Sample', sample_code: code },
  ];

  it('with one code and no proposal are strangers', () => {
    expect(shared('samples', [{}, sample('#s')])).toEqual([]);
    expect(shared('samples', [{ sample_code: 'LYZ-42' }, []])).toEqual([]);
  });

  it('with one code in one proposal are one, implied or not', () => {
    const root = { proposal_id: 'ALS-1', sample_code: 'LYZ-42' };
    expect(shared('samples', [root, sample('#s')], [root, []])).toEqual(['sample|als|ALS-1|LYZ-42']);
    expect(shared('samples', [root, sample('#s')], [{ proposal_id: 'ALS-2' }, sample('#s')])).toEqual([]);
  });

  it('with one web address are one; a relative @id is where a copy lies, not what it is', () => {
    expect(shared('samples', [{}, sample('https://igsn.org/X1')])).toEqual(['sample|https://igsn.org/X1']);
    expect(shared('samples', [{}, sample('samples/1')])).toEqual([]);
    expect(shared('samples', [{}, sample('_:b0')])).toEqual([]);
    expect(shared('samples', [{}, sample('urn:sample:1')])).toEqual([]);
    expect(shared('samples', [{}, [{ '@type': 'lambda:Sample', sample_code: 'LYZ-42' }]])).toEqual([]);
  });

  it('cannot forge another code with a separator', () => {
    const row = (proposal_id: string, code: string) => mapped({ proposal_id }, sample('#s', code)).samples[0];
    expect(keys(row('A|B', 'C'))[0]).not.toBe(keys(row('A', 'B|C'))[0]);
  });
});

describe('instruments', () => {
  const instrument = (more: JsonObject): readonly JsonObject[] => [
    { '@id': '#i', '@type': 'lambda:Instrument', ...more },
  ];

  it('are one by beamline, however spelled, and whether implied or not', () => {
    expect(
      shared(
        'instruments',
        [{}, instrument({ beamline_id: 'BL12-1', instrument_code: 'A' })],
        [{}, instrument({ beamline_id: '12-1', instrument_code: 'B' })],
      ),
    ).toEqual(['instrument|als|beamline|12-1']);
    const implied = { instrumentName: 'BL 8.3.1', facility_name: 'ALS' };
    expect(shared('instruments', [implied, []], [{}, instrument({ beamline_id: '8.3.1' })])).toEqual([
      'instrument|als|beamline|8.3.1',
    ]);
    expect(
      shared(
        'instruments',
        [{}, instrument({ instrument_registry_id: 'ALS_SIBYLS' })],
        [{}, instrument({ beamline_id: '12.3.1' })],
      ),
    ).toEqual(['instrument|als|beamline|12.3.1']);
  });

  it('are one by code, else by name', () => {
    expect(
      shared(
        'instruments',
        [{}, instrument({ instrument_code: 'KRIOS-EAST' })],
        [{}, instrument({ instrument_code: 'krios-east', name: 'x' })],
      ),
    ).toEqual(['instrument|als|code|krios-east']);
    expect(
      shared(
        'instruments',
        [{}, instrument({ name: 'Titan  Krios' })],
        [{}, instrument({ name: 'titan krios' })],
      ),
    ).toEqual(['instrument|als|name|titan krios']);
  });

  it("are the config's facility's, whatever the crate calls itself", () => {
    const json = crateOf({}, instrument({ beamline_id: '19-ID', facility_name: 'APS' }));
    const at = (facility: string) =>
      keys(mapDocument(json, contextFor(undefined, facility)).instruments[0])[0];
    expect(at('ALS')).toBe('instrument|als|beamline|19-id');
    expect(at('nsls-ii')).toBe('instrument|nsls-ii|beamline|19-id');
  });
});

describe('runs', () => {
  const run = (id: string, more: JsonObject = {}): JsonObject => ({
    '@id': id,
    '@type': 'lambda:ExperimentRun',
    ...more,
  });
  const data = { technique: 'saxs', ...withParts('a.dat') };

  it('a run implied at first and written down later are one', () => {
    const implied = theOnly(mapped(data, [file('a.dat')]).experiment_runs);
    const explicit = theOnly(
      mapped(data, [file('a.dat'), run('#run', { experiment_code: 'R1' })]).experiment_runs,
    );
    expect(implied.implied).toBe(true);
    expect(keys(implied)).toEqual([`experiment_run|${CRATE}`]);
    expect(keys(explicit)).toContain(`experiment_run|${CRATE}`);
  });

  it('several runs of a crate are none of them the crate', () => {
    const rows = mapped({}, [run('#a'), run('#b')]);
    expect(rows.experiment_runs.map(keys)).toEqual([
      [`experiment_run|${CRATE}#a`],
      [`experiment_run|${CRATE}#b`],
    ]);
  });

  it('are one by a UUID, by an address, or by code within a proposal', () => {
    const uuid = 'urn:uuid:4d7d9700-94b2-44be-a540-494bbb6658a6';
    expect(shared('experiment_runs', [{}, [run(uuid)]])).toEqual([`experiment_run|${uuid}`]);
    expect(shared('experiment_runs', [{}, [run('urn:uuid:run-1')]])).toEqual([]);
    expect(shared('experiment_runs', [{}, [run('https://als.org/runs/1')]])).toEqual([
      'experiment_run|https://als.org/runs/1',
    ]);
    const coded = [{ proposal_id: 'P' }, [run('#r', { experiment_code: 'R1' })]] as const;
    expect(shared('experiment_runs', coded)).toEqual(['experiment_run|als|P|R1']);
  });
});

describe('people and organizations', () => {
  const person = (more: JsonObject): readonly JsonObject[] => [
    { '@id': '#p', '@type': 'Person', name: 'A. Smith', ...more },
  ];

  it('a name is nobody; an ORCID iD is one person, however written', () => {
    expect(shared('persons', [{}, person({})])).toEqual([]);
    expect(
      shared(
        'persons',
        [{}, person({ orcid: '0000-0002-1825-0097' })],
        [{}, person({ '@id': 'https://orcid.org/0000-0002-1825-0097' })],
      ),
    ).toEqual(['person|https://orcid.org/0000-0002-1825-0097']);
  });

  it('an ORCID iD with a wrong check digit joins nobody', () => {
    const rows = mapped({}, person({ orcid: '0000-0000-0000-0000' }));
    expect(theOnly(rows.persons)).toMatchObject({
      orcid: null,
      properties: { orcid: '0000-0000-0000-0000' },
    });
    expect(rulesOf(rows)).toEqual(['unreadable-identifier']);
    expect(shared('persons', [{}, person({ orcid: '0000-0000-0000-0000' })])).toEqual([]);
  });

  const organization = (more: JsonObject): readonly JsonObject[] => [
    { '@id': '#o', '@type': 'Organization', name: 'X', ...more },
  ];

  it('an organization is its ROR, unless the ROR is its parent’s or it is a facility', () => {
    const ror = 'https://ror.org/02jbv0t02';
    expect(shared('organizations', [{}, organization({ ror })])).toEqual([`organization|${ror}`]);
    expect(shared('organizations', [{}, organization({ ror, parentOrganization: { '@id': ror } })])).toEqual(
      [],
    );
    expect(shared('organizations', [{}, organization({ ror, facility_code: 'ALS' })])).toEqual([
      'organization|facility|ALS',
    ]);
    expect(shared('organizations', [{}, organization({ ror, facility_code: 'MY-LAB' })])).toEqual([
      `organization|${ror}`,
    ]);
  });
});

describe('molecules', () => {
  it('are one by accession', () => {
    const protein = (more: JsonObject): readonly JsonObject[] => [
      { '@id': '#m', '@type': 'lambda:Protein', ...more },
    ];
    const iri = 'http://purl.uniprot.org/uniprot/Q9XCL6';
    expect(
      shared(
        'molecules',
        [{}, protein({ uniprotId: 'Q9XCL6' })],
        [{}, protein({ '@id': iri, uniprot_id: 'uniprot:Q9XCL6' })],
      ),
    ).toEqual(['molecule|uniprot:Q9XCL6']);
    expect(shared('molecules', [{}, protein({ uniprot_id: 'uniprot:unknown' })])).toEqual([]);
  });

  it('small molecules by ChEBI, InChIKey or ligand', () => {
    const rows = mapped({}, [
      {
        '@id': '#a',
        '@type': 'lambda:SmallMolecule',
        chebi_id: 'CHEBI:15422',
        inChIKey: 'ZKHQWZAMYRWXGA-KQYNXXCUSA-N',
        pdb_ligand_id: 'pdb.ligand:ATP',
      },
    ]);
    expect(keys(rows.molecules[0]).slice(0, 3)).toEqual([
      'molecule|CHEBI:15422',
      'molecule|inchikey:ZKHQWZAMYRWXGA-KQYNXXCUSA-N',
      'molecule|pdb.ligand:ATP',
    ]);
  });
});
