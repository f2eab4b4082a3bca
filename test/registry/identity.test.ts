import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IdentityKey } from '../../src/model/rows.ts';
import { identityKey } from '../../src/registry/identity.ts';
import { crateId, crateVersionId, entityId, pointerId, rowId } from '../../src/registry/ids.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { listAll, registerAll } from './answers.ts';
import { crate, SHA_A } from './crates.ts';

const scope = fc.constantFrom<IdentityKey['scope'][]>('global', 'facility', 'crate');
const candidate = fc.record({ scope, key: fc.string({ maxLength: 5 }) });
const inherited: ReadonlySet<string> = new Set();
const place = fc.record({
  facility: fc.string({ maxLength: 5 }),
  crateIri: fc.string({ maxLength: 5 }),
  inherited: fc.constant(inherited),
});

describe('an identity key', () => {
  it('is of the strongest candidate, whichever comes first', () => {
    fc.assert(
      fc.property(candidate, fc.array(candidate, { maxLength: 4 }), place, (first, more, at) => {
        const key: unknown = JSON.parse(identityKey('sample', [first, ...more], at));
        const order = ['global', 'facility', 'crate'];
        const strongest = order.find((name) => [first, ...more].some((each) => each.scope === name));
        expect(key).toEqual(expect.arrayContaining(['sample', strongest]));
      }),
    );
  });

  it('is shared by strangers only where it is global', () => {
    fc.assert(
      fc.property(candidate, candidate, place, place, (a, b, here, there) => {
        const same = identityKey('sample', [a], here) === identityKey('sample', [b], there);
        const meant =
          a.scope === b.scope &&
          a.key === b.key &&
          (a.scope === 'global' ||
            (a.scope === 'facility' ? here.facility === there.facility : here.crateIri === there.crateIri));
        expect(same).toBe(meant);
      }),
    );
  });

  it('never makes one thing of two kinds', () => {
    const key: IdentityKey = { scope: 'global', key: 'https://ror.org/02jbv0t02' };
    const at = { facility: 'als', crateIri: 'https://x.example/', inherited };
    expect(identityKey('organization', [key], at)).not.toBe(identityKey('person', [key], at));
  });
});

describe('ids', () => {
  it('are promised for ever', () => {
    expect([
      crateId('https://x.example/'),
      crateVersionId('https://x.example/', SHA_A),
      rowId('v', 'data_file', '/@graph/3', 'https://x.example/a', 0),
      rowId('v', 'data_file', '/@graph/3', 'https://x.example/a', 1),
      entityId('["sample","global","uniprot:P00698"]'),
      pointerId('https://x.example/a', 's3://b/a', SHA_A, 100),
      pointerId('https://x.example/a', null, null, null),
      pointerId('https://x.example/ä \ud800', null, null, null),
    ]).toMatchInlineSnapshot(`
      [
        "59040640-202b-5f9b-b513-2d0a3273e46a",
        "0908b22a-ff12-5b56-916a-5889a38f4c16",
        "4d22f630-8440-58ae-9065-8f5367590337",
        "0afc7d79-241d-5aa2-8d8c-2f1bf4a63846",
        "380c0a48-0cae-5f24-a099-7a82f6cb19fb",
        "bc1e5dca-215e-5410-928f-90b9ad804664",
        "c12c0e94-ae4f-5870-8ad9-42673cb7803a",
        "23fe5c6a-80e8-5096-8099-31fba7854a83",
      ]
    `);
  });

  it('of pointers differ where any of the four facts does', () => {
    const fact = fc.tuple(
      fc.webUrl(),
      fc.option(fc.webUrl()),
      fc.option(fc.constantFrom('a1'.repeat(32), 'b2'.repeat(32))),
      fc.option(fc.nat(3)),
    );
    fc.assert(
      fc.property(fact, fact, (a, b) => {
        expect(pointerId(...a) === pointerId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

describe('samples of the same code', () => {
  let fresh: FreshRegistry;
  beforeAll(async () => {
    fresh = await freshRegistry();
  });
  afterAll(() => fresh.dispose());

  it('are one within a proposal of a facility, and several elsewhere', async () => {
    const samples = [{ code: 'LYZ' }];
    await registerAll(
      fresh.registry,
      crate({ name: 'a', proposal: 'P-1', samples }),
      crate({ name: 'b', proposal: 'P-1', samples }),
      crate({ name: 'c', proposal: 'P-2', samples }),
      crate({ name: 'd', facility: 'diamond', proposal: 'P-1', samples }),
      crate({ name: 'e', samples }),
      crate({ name: 'f', samples }),
    );
    const { items } = await listAll(fresh.registry, 'samples');
    expect(items.map(({ other_claims }) => other_claims).toSorted()).toEqual([0, 0, 0, 0, 1]);
  });
});
