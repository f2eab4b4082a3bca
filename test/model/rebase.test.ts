import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellingsOfGlobalIdentifier } from '../../src/model/global-identifier.ts';
import { isBeneath, mergedRebases, overlap, rebased, unrebased } from '../../src/model/rebase.ts';

const A = 'https://a.org/data/';
const B = 'https://b.org/crates/';
const C = 'file:///mnt/c/';

describe('a rebase', () => {
  it('moves what is beneath a prefix, and nothing that only begins like it', () => {
    const moves = [{ from: A, to: B }];
    expect(rebased('https://a.org/data/x/a.dat', moves)).toBe('https://b.org/crates/x/a.dat');
    expect(rebased('https://a.org/data', moves)).toBe('https://b.org/crates');
    for (const other of ['https://a.org/data2/x', 'https://a.org/dat', 'https://a.org/', '', 'x']) {
      expect(rebased(other, moves)).toBe(other);
      expect(isBeneath(other, A)).toBe(false);
    }
    expect(rebased('https://a.org/data/x')).toBe('https://a.org/data/x');
  });

  it('follows a chain in its order', () => {
    const chain = [
      { from: A, to: B },
      { from: B, to: C },
    ];
    expect(rebased(`${A}x`, chain)).toBe(`${C}x`);
    expect(rebased(`${A}x`, chain.toReversed())).toBe(`${B}x`);
    expect(unrebased(`${C}x`, chain)).toBe(`${A}x`);
  });

  it('leaves what is at a new place inside the old one already', () => {
    const moves = [{ from: A, to: `${A}v2/` }];
    expect(rebased(`${A}x`, moves)).toBe(`${A}v2/x`);
    expect(rebased(`${A}v2/x`, moves)).toBe(`${A}v2/x`);
  });

  it('and its inverse are the identity beneath what moved; nothing else is touched', () => {
    const segment = fc.string({ minLength: 1 }).map(encodeURIComponent);
    const prefix = fc
      .record({ host: fc.domain(), path: fc.array(segment, { maxLength: 3 }) })
      .map(({ host, path }) => `https://${[host, ...path].join('/')}/`);
    const rest = fc.array(segment).map((parts) => parts.join('/'));
    const world = fc.tuple(prefix, prefix, prefix, rest).filter(([from, to]) => !overlap(from, to));
    fc.assert(
      fc.property(world, ([from, to, other, path]) => {
        const move = [{ from, to }];
        const back = [{ from: to, to: from }];
        for (const uri of [from + path, from.slice(0, -1)]) {
          expect(isBeneath(rebased(uri, move), to)).toBe(true);
          expect(rebased(rebased(uri, move), back)).toBe(uri);
          expect(unrebased(rebased(uri, move), move)).toBe(uri);
          expect(rebased(rebased(uri, move), move)).toBe(rebased(uri, move));
        }
        const beside = other + path;
        if (!isBeneath(beside, from)) expect(rebased(beside, move)).toBe(beside);
      }),
    );
  });

  it('that stands comes before what a crate followed after it, and each once', () => {
    const [first, second, third, own] = ['1', '2', '3', 'own'].map((n) => ({
      from: `${A}${n}/`,
      to: `${B}${n}/`,
    }));
    if (first === undefined || second === undefined || third === undefined || own === undefined)
      throw new Error();
    const standing = [first, second, third];
    expect(mergedRebases([], standing)).toEqual(standing);
    expect(mergedRebases([own], standing)).toEqual([own, ...standing]);
    expect(mergedRebases([second, own], standing)).toEqual([first, second, own, third]);
    expect(mergedRebases([first, own, third], standing)).toEqual([first, own, second, third]);
    expect(mergedRebases([own], [])).toEqual([own]);
  });
});

describe('an identifier', () => {
  it('means the same everywhere when it is a DOI or a UUID, however it is spelled', () => {
    const doi = spellingsOfGlobalIdentifier('doi:10.1234/ABC.d-1');
    expect(doi[0]).toBe('doi:10.1234/ABC.d-1');
    expect(doi).toContain('https://doi.org/10.1234/abc.d-1');
    expect(spellingsOfGlobalIdentifier('http://dx.doi.org/10.1234/ABC.d-1')).toEqual(
      expect.arrayContaining(['https://doi.org/10.1234/abc.d-1', 'doi:10.1234/ABC.d-1']),
    );
    const uuid = '3F0C2F5E-6c0a-4f0e-9d3c-0d8f1a2b3c4d';
    expect(spellingsOfGlobalIdentifier(`urn:uuid:${uuid}`)).toContain(`urn:uuid:${uuid.toLowerCase()}`);
  });

  it.each([
    'run-47',
    '10.1234/abc',
    'SASBDB:SASDD42',
    'https://facility.org/10.1234/abc',
    'urn:uuid:run-47',
    'urn:uuid:00000000-0000-0000-0000-000000000000',
    '',
  ])('%s means something only where it was given', (written) => {
    expect(spellingsOfGlobalIdentifier(written)).toEqual([]);
  });
});
