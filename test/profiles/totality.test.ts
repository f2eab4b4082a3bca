import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGraph } from '../../src/crate/graph.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { checkCrate } from '../../src/profiles/check.ts';
import { checkLambdaCore } from '../../src/profiles/lambda-core/check.ts';
import { checkRoCrate } from '../../src/profiles/ro-crate/check.ts';
import { describeConformance, jsonDocuments } from '../support/conformance.ts';
import { changed, crate, file, placesIn, protein, resolves, sample } from './crates.ts';

const AT = { documentUrl: 'https://data.example/run-7/ro-crate-metadata.json' };

/** Any JSON value, as a document would have it: through text, `__proto__` and all. */
const anyJson: fc.Arbitrary<JsonValue> = fc.json({ maxDepth: 4 }).map((text): JsonValue => JSON.parse(text));

/** Values that look like what belongs in a crate, mostly in the wrong place. */
const crateLike: fc.Arbitrary<JsonValue> = fc.oneof(
  anyJson,
  fc.constantFrom<JsonValue>(
    null,
    [],
    {},
    [null],
    [[]],
    { '@id': './' },
    { '@id': { '@id': './' } },
    { '@id': null, '@type': null },
    [{ '@id': '#x', missing: [{ field: ['a'], reason: {} }] }],
    'lambda:Dataset',
    ['lambda:Sample', 7],
    'ro-crate-metadata.json',
    { 'lambda:@id': 'x', 'schema:': 1, 'lambda:': 2 },
  ),
);

const KEYS = [
  '@id',
  '@type',
  'about',
  'hasPart',
  'conformsTo',
  'missing',
  'sha256',
  'lambda:hasPart',
  '__proto__',
];

/** A real document with some places taken out, exchanged or added to. */
function mutations(documents: readonly JsonValue[]): fc.Arbitrary<JsonValue> {
  const step = fc.record({ at: fc.nat(), to: fc.option(crateLike), key: fc.constantFrom(null, ...KEYS) });
  return fc
    .tuple(fc.constantFrom(...documents), fc.array(step, { minLength: 1, maxLength: 4 }))
    .map(([document, steps]) =>
      steps.reduce<JsonValue>((json, { at, to, key }) => {
        const places = placesIn(json);
        const place = places[at % places.length] ?? [];
        const mutate = (old: JsonValue): JsonValue | undefined =>
          key !== null && typeof old === 'object' && old !== null && !Array.isArray(old)
            ? Object.fromEntries([...Object.entries(old), [key, to]])
            : (to ?? undefined);
        return changed(json, place, mutate) ?? null;
      }, document),
    );
}

function expectAnswers(json: JsonValue): void {
  const before = JSON.stringify(json);
  const lambda = checkLambdaCore(json);
  const base = checkRoCrate(readGraph(json, AT), json);
  expect(JSON.stringify(json)).toBe(before);
  for (const { verdicts, findings } of [lambda, base]) {
    expect(verdicts).toHaveLength(3);
    for (const { layer, verdict } of verdicts) {
      const errors = findings.filter((each) => each.layer === layer && each.severity === 'error').length;
      if (verdict === 'not-run') expect(errors).toBe(0);
      else expect(verdict).toBe(errors === 0 ? 'holds' : 'does-not-hold');
    }
    for (const { pointer, message } of findings) {
      expect(resolves(json, pointer ?? 'null'), `${pointer} of ${before}`).toBe(true);
      expect(message).not.toMatch(/undefined|\[object|NaN/);
      expect(message.length).toBeLessThan(1500);
    }
  }
  for (const asked of ['lambda-core', 'ro-crate', 'auto'] as const) {
    checkCrate(json, readGraph(json, AT), asked);
  }
}

const OWN = crate(
  file({ 'lambda:file_format': 'h5' }),
  sample({
    hasBioChemEntityPart: { '@id': '#lysozyme' },
    missing: [{ field: 'seguid', reason: 'embargoed', blocks: 'S1' }],
  }),
  protein(),
  {
    '@id': '#run',
    '@type': 'CreateAction',
    designated: {
      '@type': 'prov:Activity',
      'prov:generated': { '@id': 'a' },
      'prov:qualifiedAssociation': { '@type': 'x', 'prov:agent': { '@id': 'y', '@type': 'z' } },
    },
  },
);

describe('the checks answer, whatever the document', () => {
  it('for any JSON', () => {
    fc.assert(fc.property(crateLike, expectAnswers), { numRuns: 300 });
  });

  it('for any JSON as the graph of a document', () => {
    const document = fc
      .array(crateLike, { maxLength: 6 })
      .map((graph): JsonValue => ({ '@context': [], '@graph': graph }));
    fc.assert(fc.property(document, expectAnswers), { numRuns: 300 });
  });

  it('for mutations of a crate of ours', () => {
    fc.assert(fc.property(mutations([OWN]), expectAnswers), { numRuns: 500 });
  });

  it('for values nested as deep as JavaScript parses them', () => {
    const depth = 50_000;
    const deep: JsonValue = JSON.parse(`${'{"hasPart":['.repeat(depth)}1${']}'.repeat(depth)}`);
    const { verdicts } = checkLambdaCore(
      crate(deep, file({ provenance: deep }), { ...file(), hasPart: deep }),
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['holds', 'does-not-hold', 'holds']);
  });
});

describeConformance('mutations of crates that others wrote', (folder) => {
  it('are answered', () => {
    const documents = ['valid', 'invalid'].flatMap((kind) =>
      jsonDocuments(join(folder, 'lambda-core', kind)).map(([, json]) => json),
    );
    fc.assert(fc.property(mutations(documents), expectAnswers), { numRuns: 300 });
  });
});
