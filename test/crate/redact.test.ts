import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactDocument } from '../../src/crate/redact.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

const at = { documentUrl: 'https://data.example/crate/ro-crate-metadata.json' };
const BASE = 'https://data.example/crate/';
const ORCID = 'https://orcid.org/0000-0002-1825-0097';

const document = (root: JsonObject, entities: readonly JsonValue[], context: readonly JsonValue[] = []) => ({
  '@context': ['https://w3id.org/ro/crate/1.2/context', ...context],
  '@graph': [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.2' },
      about: { '@id': './' },
    },
    { '@id': './', '@type': 'Dataset', name: 'A crate', ...root },
    ...entities,
  ],
});

const without = async (json: JsonValue, ...iris: readonly string[]) =>
  redactDocument(json, at, (iri) => iris.includes(iri));

describe('taking an entity out of a document', () => {
  it('takes its node, references, copies and what held nothing else, and leaves the rest as written', async () => {
    const written = document(
      {
        author: [{ '@id': ORCID }, { '@id': '#sam' }],
        creator: { '@id': ORCID },
        contributor: { '@list': [{ '@id': ORCID }] },
        funder: { '@type': 'Role', roleName: 'funder', funder: { '@id': ORCID, name: 'A copy of Jane' } },
        about: [],
        description: 'Collected by Jane.',
      },
      [
        { '@id': ORCID, '@type': 'Person', name: 'Jane Doe', email: 'jane@data.example' },
        { '@id': '#sam', '@type': 'Person', name: 'Sam', knows: ORCID, url: { '@value': ORCID } },
        { '@id': ORCID, '@type': 'Person', name: 'Jane once more' },
        { '@id': 'a.dat', '@type': 'File', '@reverse': { author: { '@id': ORCID } } },
      ],
    );
    const { json, removed } = await without(written, ORCID);
    expect(removed).toBe(9);
    expect(json).toEqual(
      document(
        {
          author: [{ '@id': '#sam' }],
          funder: { '@type': 'Role', roleName: 'funder' },
          about: [],
          description: 'Collected by Jane.',
        },
        [
          { '@id': '#sam', '@type': 'Person', name: 'Sam' },
          { '@id': 'a.dat', '@type': 'File' },
        ],
      ),
    );
  });

  it('knows an entity however its @id is written', async () => {
    const context = [
      { orcid: 'https://orcid.org/', id: '@id', people: { '@id': 'x:people', '@container': '@id' } },
    ];
    const written = document(
      {
        author: { id: 'orcid:0000-0002-1825-0097' },
        people: { 'orcid:0000-0002-1825-0097': { name: 'Jane' }, '#sam': { name: 'Sam' } },
        hasPart: [{ '@id': './data//a.dat' }, 'data/a.dat'],
      },
      [
        { id: 'orcid:0000-0002-1825-0097', name: 'Jane' },
        { '@id': 'data/a.dat', '@type': 'File' },
      ],
      context,
    );
    const { json } = await without(written, ORCID, `${BASE}data/a.dat`);
    expect(json).toEqual(document({ people: { '#sam': { name: 'Sam' } } }, [], context));
  });

  it('keeps the root, the descriptor and a document that does not have it', async () => {
    const written = document({ hasPart: [{ '@id': 'a.dat' }] }, [{ '@id': 'a.dat', '@type': 'File' }]);
    for (const iri of [BASE, `${BASE}ro-crate-metadata.json`, ORCID, `${BASE}A.dat`]) {
      const answer = await without(written, iri);
      expect(answer).toEqual({ json: written, removed: 0 });
      expect(answer.json).toBe(written);
    }
    for (const other of [null, 1, 'x', [], {}, { '@graph': 1 }]) {
      expect((await without(other, ORCID)).json).toBe(other);
    }
  });

  it('leaves nothing of it, and gives the same document in whatever order things are taken out', async () => {
    const ids = ['#a', '#b', 'c.dat', 'https://orcid.org/d'] as const;
    const iris = [`${BASE}#a`, `${BASE}#b`, `${BASE}c.dat`, ids[3]];
    const reference = fc.constantFrom(...ids).map((id) => ({ '@id': id }));
    const value = fc.letrec<{ any: JsonValue; object: JsonValue }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        reference,
        fc.constantFrom<JsonValue>(...ids, 'text', 1, null, []),
        fc.array(tie('any'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('author', 'hasPart', 'about', '@list', 'x', '#b'), tie('any'), {
        maxKeys: 3,
      }),
    }));
    const node = (id: string) =>
      fc
        .dictionary(fc.constantFrom('author', 'hasPart', 'y'), value.any, { maxKeys: 2 })
        .map((properties): JsonObject => ({ ...properties, '@id': id, name: `secret of ${id}` }));
    const documents = fc
      .record({ root: value.object, nodes: fc.tuple(...ids.map(node)) })
      .map(({ root, nodes }) => document({ everything: root }, nodes));
    await fc.assert(
      fc.asyncProperty(documents, fc.subarray([0, 1, 2, 3], { minLength: 1 }), async (written, chosen) => {
        const gone = chosen.map((index) => iris[index] ?? '');
        const once = await without(written, ...gone);
        const text = JSON.stringify(once.json);
        for (const index of chosen) {
          expect(text).not.toContain(`secret of ${ids[index]}`);
          expect(text).not.toContain(`"${ids[index]}"`);
        }
        let step: JsonValue = written;
        for (const iri of gone.toReversed()) step = (await without(step, iri)).json;
        expect(JSON.stringify(step)).toBe(text);
        expect((await without(once.json, ...gone)).removed).toBe(0);
      }),
    );
  });
});
