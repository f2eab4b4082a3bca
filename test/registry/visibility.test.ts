import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, OPERATOR } from '../../src/model/caller.ts';
import { LIST_KINDS } from '../../src/model/items.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { ANONYMOUS, failureOf, listAll, namesIn, registerAll, tokenFor, value } from './answers.ts';
import { crate } from './crates.ts';

let fresh: FreshRegistry;
let registry: Registry;

/** One protein at two facilities, and two proposals at one of them. */
beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
  const lysozyme = { code: 'LYZ', global: 'uniprot:P00698' };
  await registerAll(
    registry,
    crate({
      name: 'als one',
      proposal: 'P-1',
      instruments: ['12.3.1'],
      samples: [lysozyme],
      runs: [{ code: 'als-1', technique: 'saxs', status: 'raw' }],
      workflows: ['als-wf'],
      files: [{ name: 'als-1.dat', iri: 'https://data.example/shared.dat', size: 1 }],
    }),
    crate({
      name: 'als two',
      proposal: 'P-2',
      instruments: ['12.3.1'],
      samples: [lysozyme],
      runs: [{ code: 'als-2', technique: 'saxs' }],
      files: [{ name: 'als-2.dat', size: 10 }],
    }),
    crate({
      name: 'diamond one',
      facility: 'diamond',
      source: 'ispyb',
      proposal: 'P-1',
      instruments: ['i04'],
      samples: [lysozyme],
      runs: [{ code: 'dls-1', technique: 'xray_crystallography', status: 'completed' }],
      files: [{ name: 'dls-1.h5', iri: 'https://data.example/shared.dat', size: 100 }],
    }),
    crate({ name: 'diamond bad', facility: 'diamond', source: 'ispyb' }, { quarantined: true }),
  );
});
afterAll(() => fresh.dispose());

const als = () => tokenFor({ facilities: ['als'] });
const alsP1 = () => tokenFor({ proposals: [{ facility: 'als', proposal: 'P-1' }] });

describe('what a caller sees', () => {
  it('is nothing for nobody, in lists, totals, counts and by id', async () => {
    for (const kind of LIST_KINDS) {
      expect(await listAll(registry, kind, {}, ANONYMOUS)).toEqual({ items: [], totals: [0] });
      const { items } = await listAll(registry, kind);
      for (const { id } of items) {
        expect(failureOf(await registry.get(kind, id, ANONYMOUS)).code).toBe('not_found');
      }
    }
    expect(value(await registry.facilityTotals(ANONYMOUS))).toEqual([]);
    expect(value(await registry.countRunsByStatus({}, ANONYMOUS))).toEqual({});
  });

  const views: readonly (readonly [string, () => Caller, Record<string, readonly string[]>])[] = [
    [
      'everything for the operator',
      () => OPERATOR,
      {
        crates: ['als one', 'als two', 'diamond one'],
        runs: ['Run als-1', 'Run als-2', 'Run dls-1'],
        files: ['als-1.dat', 'als-2.dat', 'dls-1.h5'],
        instruments: ['Beamline 12.3.1', 'Beamline i04'],
        workflows: ['Workflow als-wf'],
      },
    ],
    [
      'a facility for its token',
      als,
      {
        crates: ['als one', 'als two'],
        runs: ['Run als-1', 'Run als-2'],
        files: ['als-1.dat', 'als-2.dat'],
        instruments: ['Beamline 12.3.1'],
        workflows: ['Workflow als-wf'],
      },
    ],
    [
      'a proposal for its token, not the same code elsewhere',
      alsP1,
      {
        crates: ['als one'],
        runs: ['Run als-1'],
        files: ['als-1.dat'],
        instruments: ['Beamline 12.3.1'],
        workflows: ['Workflow als-wf'],
      },
    ],
  ];
  it.each(views)('is %s', async (_name, caller, expected) => {
    for (const kind of LIST_KINDS) {
      const names = expected[kind];
      if (names === undefined) continue;
      const { items, totals } = await listAll(registry, kind, {}, caller());
      const shown = items.map((item) => ('file_name' in item ? item.file_name : item.name));
      // what waits in quarantine has no name yet
      const admitted = shown.filter((name) => name !== null);
      expect(admitted, kind).toEqual(names);
      expect(totals, kind).toEqual([items.length]);
    }
  });

  it('counts only what it shows: claims, runs, links, bytes, conflicts', async () => {
    const seen = async (caller: Caller) => {
      const [sample] = (await listAll(registry, 'samples', {}, caller)).items;
      const [file] = (await listAll(registry, 'files', { text: 'als-1' }, caller)).items;
      return {
        claims: sample?.other_claims,
        runs: sample?.runs,
        fileClaims: file?.other_claims,
        conflicts: file?.conflicts.length,
        totals: value(await registry.facilityTotals(caller)),
        byStatus: value(await registry.countRunsByStatus({}, caller)),
      };
    };
    expect(await seen(OPERATOR)).toEqual({
      claims: 2,
      runs: 3,
      fileClaims: 1,
      conflicts: 1,
      totals: [
        { facility: 'als', crates: 2, runs: 2, files: 2, bytes_referenced: 11 },
        { facility: 'diamond', crates: 1, runs: 1, files: 1, bytes_referenced: 100 },
      ],
      byStatus: { completed: 1, raw: 1, undeclared: 1 },
    });
    expect(await seen(als())).toEqual({
      claims: 1,
      runs: 2,
      fileClaims: 0,
      conflicts: 0,
      totals: [{ facility: 'als', crates: 2, runs: 2, files: 2, bytes_referenced: 11 }],
      byStatus: { raw: 1, undeclared: 1 },
    });
    expect(await seen(alsP1())).toEqual({
      claims: 0,
      runs: 1,
      fileClaims: 0,
      conflicts: 0,
      totals: [{ facility: 'als', crates: 1, runs: 1, files: 1, bytes_referenced: 1 }],
      byStatus: { raw: 1 },
    });
  });

  it('shows as the winner the best row among those the caller may see', async () => {
    const [operators] = (await listAll(registry, 'samples')).items;
    const [members] = (await listAll(registry, 'samples', {}, alsP1())).items;
    expect(members?.id).toBe(operators?.id);
    expect(members?.crate.name).toBe('als one');
    expect(members?.facility).toBe('als');
  });

  it('is not what a filter reaches through: related rows are under the same rule', async () => {
    expect(await namesIn(registry, 'samples', { technique: ['xray_crystallography'] })).toEqual([
      'Sample LYZ',
    ]);
    expect(await namesIn(registry, 'samples', { technique: ['xray_crystallography'] }, als())).toEqual([]);
    expect(await namesIn(registry, 'samples', { instrument: ['i04'] }, als())).toEqual([]);
    expect(await namesIn(registry, 'samples', { facility: ['diamond'] }, als())).toEqual([]);
    expect(
      await namesIn(registry, 'files', { storage_uri: ['https://data.example/shared.dat'] }, als()),
    ).toEqual(['als-1.dat']);
  });

  it('includes what is in quarantine only for a known caller within reach', async () => {
    const states = async (caller: Caller) =>
      (await listAll(registry, 'crates', {}, caller)).items.map((item) => item.state).toSorted();
    expect(await states(OPERATOR)).toEqual(['current', 'current', 'current', 'quarantined']);
    expect(await states(tokenFor({ facilities: ['diamond'] }))).toEqual(['current', 'quarantined']);
    expect(await states(als())).toEqual(['current', 'current']);
    const open: Caller = { ...ANONYMOUS, metadata: { kind: 'all' } };
    expect(await states(open)).toEqual(['current', 'current', 'current']);
    const iri = 'https://data.example/diamond%20bad/';
    expect(failureOf(await registry.get('crates', iri, open)).code).toBe('not_found');
    expect(value(await registry.get('crates', iri, OPERATOR)).state).toBe('quarantined');
  });
});
