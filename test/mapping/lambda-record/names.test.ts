import { describe, expect, it } from 'vitest';
import { isLocalIri, nameOf } from '../../../src/mapping/lambda-record/names.ts';
import { prefixesOf } from '../../../src/mapping/lambda-record/prefixes.ts';
import { canonicalFacility } from '../../../src/mapping/lambda-record/vocabulary.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { theOnly } from '../map-document.ts';
import { CONTEXT, CRATE, FULL, mapped, rulesOf } from './records.ts';

const UUID = '4d7d9700-94b2-44be-a540-494bbb6658a6';

describe('an id', () => {
  it.each([
    ['a web address', 'https://lims.example.org/s/1', 'https://lims.example.org/s/1'],
    ['a DOI', 'doi:10.1038/s41467-024-54913-8', 'https://doi.org/10.1038/s41467-024-54913-8'],
    ['an accession', 'uniprot:P08046', 'http://purl.uniprot.org/uniprot/P08046'],
    ['an accession in another case', 'Uniprot:P08046', 'http://purl.uniprot.org/uniprot/P08046'],
    ['a taxon', 'NCBITaxon:9606', 'http://purl.obolibrary.org/obo/NCBITaxon_9606'],
    ['an entry of the PDB', 'pdb:1JB0', 'https://www.rcsb.org/structure/1JB0'],
    [
      'a number of EMSL’s',
      'emsl:transaction_3736315',
      'https://api.emsl.pnnl.gov/external/transaction_3736315',
    ],
    ['a UUID', UUID.toUpperCase(), `urn:uuid:${UUID}`],
    ['a UUID as a URN', `urn:uuid:${UUID}`, `urn:uuid:${UUID}`],
    [
      'a made-up name with a UUID in it',
      `ssrl-mx:experiment/${UUID}`,
      `https://smb.slac.stanford.edu/dev/lims/lambda/experiment/${UUID}`,
    ],
    ['a prefix the record binds', 'lims:s/1', 'https://lims.example.org/s/1'],
  ])('means the same everywhere as %s', (_, id, iri) => {
    const name = nameOf(id, CONTEXT, { lims: 'https://lims.example.org/' });
    expect(name).toMatchObject({ iri, global: true });
    expect(name.spellings).toContain(id.trim());
  });

  it.each([
    ['the schema’s own prefix', 'lambdaber:sample_001'],
    ['that prefix written out', 'http://w3id.org/lambda/sample_001'],
    ['that prefix bound by the record', 'mine:sample_001'],
    ['a prefix of a program that builds names from paths', 'ssrl-mx:BL12-1/XA_x16_1_00001/sample'],
    ['a prefix nobody binds', 'group:sample_001'],
    ['a plain word', 'ALS-12.3.1-SIBYLS'],
    ['a placeholder for a UUID', '00000000-0000-0000-0000-000000000000'],
    ['a place of some machine', 'file:///data/sample'],
    ['an address with a password', 'https://me:secret@x.org/s'],
  ])('belongs to its crate alone as %s', (_, id) => {
    const name = nameOf(id, CONTEXT, { mine: 'http://w3id.org/lambda/' });
    expect(name.global).toBe(false);
    expect(name.iri.startsWith(CRATE)).toBe(true);
    expect(isLocalIri(name.iri)).toBe(true);
    // Another crate's is another.
    expect(nameOf(id, { ...CONTEXT, crate_iri: 'https://x.org/b/' }, {}).iri).not.toBe(name.iri);
  });

  it('is known to a crate by its expansion, and by the form of the crate’s own ids', () => {
    const spellings = (id: string) => nameOf(id, CONTEXT, {}).spellings;
    expect(spellings('lambdaber:run_1')).toContain('http://w3id.org/lambda/run_1');
    expect(spellings('#sample-1')).toContain(`${CRATE}#sample-1`);
    expect(spellings('mtz/scaled.mtz')).toContain(`${CRATE}mtz/scaled.mtz`);
  });
});

describe('prefixes', () => {
  it('are read from LinkML’s `prefixes` and JSON-LD’s `@context`, and nothing else is taken for one', () => {
    const record: JsonObject = {
      '@context': [
        'https://w3id.org/x',
        { a: 'https://a.org/', b: { '@id': 'https://b.org#' }, '@base': 'https://c.org/' },
      ],
      prefixes: {
        d: { prefix_reference: 'https://d.org/' },
        e: 5,
        f: 'not a namespace',
        g: 'https://g.org/x',
      },
    };
    expect(prefixesOf(record)).toEqual({
      a: 'https://a.org/',
      b: 'https://b.org#',
      d: 'https://d.org/',
    });
  });
});

describe('identity', () => {
  const keys = (record: JsonObject, proposal_id: string | null = null) => {
    const rows = mapped({ id: 'lambdaber:d', ...record }, { proposal_id });
    return [...rows.samples, ...rows.experiment_runs, ...rows.studies].map((row) =>
      row.identity.map(({ scope, key }) => `${scope} ${key}`),
    );
  };
  const SAMPLE = { samples: [{ id: 'lambdaber:s', sample_code: 'LYZ-42' }] };

  it('is the crate’s own without a proposal, and the proposal’s with one', () => {
    const own = `crate sample|${CRATE}#lambda-record/lambdaber%3As`;
    expect(keys(SAMPLE)).toEqual([[own]]);
    expect(keys(SAMPLE, 'P-7')).toEqual([['facility sample|als|P-7|LYZ-42', own]]);
    const [[first] = []] = keys({ ...SAMPLE, studies: [{ id: 'https://x.org/st', proposal_id: ' P-7 ' }] });
    expect(first).toBe('facility sample|als|P-7|LYZ-42');
  });

  it('is no proposal’s where several are named', () => {
    const studies = [{ id: 'https://x.org/1', proposal_id: 'P-1' }];
    const [sample = []] = keys({ ...SAMPLE, studies }, 'P-2');
    expect(sample.map((key) => key.split(' ')[0])).toEqual(['crate']);
  });

  it('is global by what both write, a DOI without regard to case', () => {
    const [sample = [], study = []] = keys({
      samples: [{ id: 'https://lims.example.org/S/1' }],
      studies: [{ id: 'https://doi.org/10.1038/S41467' }],
    });
    expect(sample[0]).toBe('global sample|https://lims.example.org/S/1');
    expect(study[0]).toBe('global study|https://doi.org/10.1038/s41467');
  });

  it('of an instrument is its facility’s, of a person an ORCID, of an organization its own ROR or code', () => {
    const rows = mapped(FULL);
    expect(rows.instruments[0]?.identity[0]).toEqual({
      scope: 'facility',
      key: 'instrument|als|beamline|12.3.1',
    });
    expect(theOnly(rows.persons).identity[0]).toEqual({
      scope: 'global',
      key: 'person|https://orcid.org/0000-0002-1825-0097',
    });
    expect(rows.organizations.map((row) => row.identity[0].key)).toEqual([
      'organization|https://ror.org/02jbv0t02',
      'organization|facility|ALS',
    ]);
  });

  it('of two organizations with one ROR is neither’s', () => {
    const ror = 'https://ror.org/01qz5mb56';
    const rows = mapped({
      id: 'lambdaber:d',
      organizations: [
        { id: 'lambdaber:a', ror },
        { id: 'lambdaber:b', ror },
      ],
    });
    expect(rows.organizations.map((row) => row.identity[0].scope)).toEqual(['crate', 'crate']);
  });

  it('of a molecule is an archive’s accession, wherever it stands, and never a word that looks like one', () => {
    const rows = mapped({
      id: 'lambdaber:d',
      proteins: [
        { id: 'lambdaber:p', uniprot_id: 'https://www.uniprot.org/uniprotkb/P08046' },
        { id: 'uniprot:P02945' },
        { id: 'P12345' },
      ],
      small_molecules: [
        { id: 'lambdaber:f', inchikey: 'KXDAEFPNCMNJSK-UHFFFAOYSA-N' },
        { id: 'pdb.ligand:LMT' },
      ],
    });
    expect(rows.molecules.map((row) => row.identity[0].key)).toEqual([
      'molecule|uniprot:P08046',
      'molecule|uniprot:P02945',
      `molecule|${CRATE}#lambda-record/P12345`,
      'molecule|inchikey:KXDAEFPNCMNJSK-UHFFFAOYSA-N',
      'molecule|pdb.ligand:LMT',
    ]);
  });
});

describe('vocabulary', () => {
  it.each([
    ['ALS', 'ALS'],
    ['NSLSII', 'NSLS_II'],
    ['NSLS-II', 'NSLS_II'],
    ['nsls2', 'NSLS_II'],
    ['SLAC', 'SSRL'],
    ['PETRA III', 'PETRA_III'],
    ['LCLS', null],
    ['other', null],
    ['', null],
  ])('%s is the facility %s', (written, value) => {
    expect(canonicalFacility(written)).toBe(value);
  });

  it('gives one value to the contract’s, the schema’s and PaNET’s words, and keeps the one written', () => {
    const technique = (written: string) => {
      const rows = mapped({
        id: 'lambdaber:d',
        experiment_runs: [{ id: 'lambdaber:r', technique: written }],
      });
      return [
        theOnly(rows.experiment_runs).technique,
        theOnly(rows.experiment_runs).properties['technique'],
        ...rulesOf(rows),
      ];
    };
    expect(technique('saxs')).toEqual(['saxs', undefined]);
    expect(technique('SAXS')).toEqual(['saxs', 'SAXS']);
    expect(technique('PaNET:01188')).toEqual(['saxs', 'PaNET:01188']);
    expect(technique('SFX')).toEqual(['xray_crystallography', 'SFX']);
    expect(technique('cryo-ET')).toEqual(['cryo_et', 'cryo-ET']);
    expect(technique('dowsing')).toEqual(['dowsing', undefined, 'vocabulary-gap']);
  });
});
