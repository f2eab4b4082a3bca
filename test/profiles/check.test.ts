import { describe, expect, it } from 'vitest';
import { readGraph } from '../../src/crate/graph.ts';
import type { ProfileChoice } from '../../src/model/finding.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { checkCrate } from '../../src/profiles/check.ts';
import { crate, crateOf, descriptor, file, PROFILE, RO_CRATE, root, without } from './crates.ts';

const AT = { documentUrl: 'https://data.example/run-7/ro-crate-metadata.json' };

function check(document: JsonValue, asked: ProfileChoice) {
  return checkCrate(document, readGraph(document, AT), asked);
}

/** Base RO-Crate without a word of LAMBDA. */
const plain: JsonObject = crateOf(descriptor(), { ...without(root(), 'conformsTo'), '@type': 'Dataset' });

describe('checking a crate', () => {
  it('runs both checks for LAMBDA Core, which decides', () => {
    // An inline PropertyValue is LAMBDA's way to write an identifier, and no flat RO-Crate.
    const document = crateOf(
      descriptor(),
      root({ identifier: [{ '@type': 'PropertyValue', propertyID: 'UUID', value: 'x' }] }),
    );
    const result = check(document, 'lambda-core');
    expect(result.profile).toBe('lambda-core');
    expect(result.conformant).toBe(true);
    expect(result.verdicts.map(({ profile, layer, verdict }) => `${profile} ${layer} ${verdict}`)).toEqual([
      'lambda-core document holds',
      'lambda-core entity holds',
      'lambda-core graph holds',
      'ro-crate document does-not-hold',
      'ro-crate entity holds',
      'ro-crate graph holds',
    ]);
  });

  it('runs the base check alone when asked', () => {
    const document = crate(without(file(), 'sha256'));
    expect(check(document, 'lambda-core').conformant).toBe(false);
    const result = check(document, 'ro-crate');
    expect(result.conformant).toBe(true);
    expect(result.verdicts.every(({ profile }) => profile === 'ro-crate')).toBe(true);
  });

  it.each<readonly [string, JsonValue, 'lambda-core' | 'ro-crate']>([
    ['a claim', crateOf(descriptor(), { ...root(), '@type': 'Dataset' }), 'lambda-core'],
    [
      'a claim of the descriptor',
      crateOf(descriptor({ conformsTo: PROFILE }), { ...without(root(), 'conformsTo'), '@type': 'Dataset' }),
      'lambda-core',
    ],
    ['types without a claim', crateOf(descriptor(), without(root(), 'conformsTo')), 'lambda-core'],
    [
      'a type as full IRI',
      crateOf(descriptor(), {
        ...without(root(), 'conformsTo'),
        '@type': ['Dataset', 'http://w3id.org/lambda/Dataset'],
      }),
      'lambda-core',
    ],
    ['neither', plain, 'ro-crate'],
    ['no crate at all', 7, 'ro-crate'],
  ])('chooses by %s', (_, document, profile) => {
    expect(check(document, 'auto').profile).toBe(profile);
  });

  it.each<readonly [readonly string[], string | null]>([
    [['https://w3id.org/lambda/profile/core/0.3.2'], '0.3.2'],
    [['https://w3id.org/lambda/profile/core'], ''],
    [['https://w3id.org/lambda/profile/core/0.4.0', 'https://w3id.org/lambda/profile/core/0.3.3'], '0.3.3'],
    [['https://w3id.org/lambda/profile/saxs/0.3.0'], null],
    [[], null],
  ])('reads the version of LAMBDA Core from %j', (iris, version) => {
    const conformsTo = [RO_CRATE, ...iris.map((iri) => ({ '@id': iri }))];
    const { claim } = check(crateOf(descriptor(), root({ conformsTo })), 'auto');
    expect(claim).toEqual({ lambdaCore: version, roCrate: '1.2', lambdaTypes: true });
  });

  it('never passes what could not run', () => {
    for (const asked of ['lambda-core', 'ro-crate', 'auto'] as const) {
      const result = check('not a crate', asked);
      expect(result.conformant).toBe(false);
      expect(result.verdicts.some(({ verdict }) => verdict === 'not-run')).toBe(true);
    }
  });

  it('passes on what reading the graph found', () => {
    const document = crateOf(descriptor({ about: { '@id': './gone/' } }), root());
    const graph = readGraph(document, AT);
    expect(graph.findings.length).toBeGreaterThan(0);
    expect(checkCrate(document, graph, 'auto').findings).toEqual(expect.arrayContaining([...graph.findings]));
  });
});
