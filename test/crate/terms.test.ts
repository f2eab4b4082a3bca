import fc from 'fast-check';
import jsonld from 'jsonld';
import { describe, expect, it } from 'vitest';
import { publishedContext, versionOfContextUrl } from '../../src/crate/contexts.ts';
import { readGraph } from '../../src/crate/graph.ts';
import { needsExpansion } from '../../src/crate/odd-context.ts';
import { termTable } from '../../src/crate/terms.ts';
import type { JsonValue } from '../../src/model/json.ts';

const V12 = 'https://w3id.org/ro/crate/1.2/context';
const LAMBDA = { lambda: 'http://w3id.org/lambda/', lambdarc: 'http://w3id.org/lambda/rocrate/' };

describe('terms of a context', () => {
  it('has those of its RO-Crate version and no other', () => {
    expect(termTable(V12).iriOf('sha256')).toBe('http://schema.org/sha256');
    expect(termTable('https://w3id.org/ro/crate/1.1/context').iriOf('sha256')).toBeNull();
    expect(termTable(V12).iriOf('File')).toBe('http://schema.org/MediaObject');
    expect(termTable(V12).iriOf('HTML')).toBe('http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML');
    expect(termTable(V12).iriOf('sample_code')).toBeNull();
  });

  it('puts inline definitions on top, in the order written', () => {
    const terms = termTable([
      V12,
      LAMBDA,
      { sha256: 'https://example.org/#sha256', code: 'lambda:sample_code', also: 'code', '3DModel': null },
      { run: { '@id': 'lambdarc:run', '@type': '@id' } },
    ]);
    expect(terms.iriOf('sha256')).toBe('https://example.org/#sha256');
    expect(terms.iriOf('code')).toBe('http://w3id.org/lambda/sample_code');
    expect(terms.iriOf('also')).toBe('http://w3id.org/lambda/sample_code');
    expect(terms.iriOf('run')).toBe('http://w3id.org/lambda/rocrate/run');
    expect([terms.isReference('run'), terms.isReference('code')]).toEqual([true, false]);
    expect(terms.iriOf('3DModel')).toBeNull();
    expect(termTable([{ sha256: 'https://example.org/#sha256' }, V12]).iriOf('sha256')).toBe(
      'http://schema.org/sha256',
    );
    expect(termTable([V12, null, LAMBDA]).iriOf('name')).toBeNull();
  });

  it('resolves a definition where it stands', () => {
    const terms = termTable([
      { ex: 'http://one.org/', a: 'ex:a' },
      { ex: 'http://two.org/', b: 'ex:b' },
    ]);
    expect([terms.iriOf('a'), terms.iriOf('b')]).toEqual(['http://one.org/a', 'http://two.org/b']);
  });

  it('expands prefixes the document binds, and those this field never binds otherwise', () => {
    expect(termTable([V12, LAMBDA]).iriOf('lambda:Sample')).toBe('http://w3id.org/lambda/Sample');
    expect(termTable(V12).iriOf('lambdarc:missing')).toBe('http://w3id.org/lambda/rocrate/missing');
    expect(termTable([V12, { lambda: 'https://other.org/' }]).iriOf('lambda:Sample')).toBe(
      'https://other.org/Sample',
    );
    expect(termTable(V12).iriOf('schema:name')).toBe('http://schema.org/name');
    expect(termTable([]).iriOf('sdo:name')).toBe('http://schema.org/name');
    expect(termTable([]).iriOf('https://schema.org/name')).toBe('https://schema.org/name');
  });

  it('expands ids only by prefixes the document binds', () => {
    const terms = termTable([
      V12,
      { uniprot: 'http://purl.uniprot.org/uniprot/', CHEBI: 'http://purl.obolibrary.org/obo/CHEBI_' },
    ]);
    expect(terms.compactIri('uniprot:P1')).toBe('http://purl.uniprot.org/uniprot/P1');
    // JSON-LD 1.1: a simple term is a prefix only when its IRI ends in a gen-delim.
    expect(terms.compactIri('CHEBI:15377')).toBeNull();
    expect(terms.compactIri('lambda:x')).toBeNull();
    expect(terms.compactIri('uniprot://x')).toBeNull();
    expect(terms.compactIri('plain/path.h5')).toBeNull();
  });

  it('is not fooled by names of Object.prototype', () => {
    const context: JsonValue = JSON.parse(
      '[{"__proto__": "http://x.org/", "a": "constructor", "toString": {"@id": "valueOf"}}]',
    );
    const terms = termTable(context);
    expect(terms.iriOf('constructor')).toBeNull();
    expect(terms.iriOf('a')).toBeNull();
    expect(terms.iriOf('hasOwnProperty')).toBeNull();
    expect(terms.iriOf('__proto__')).toBe('http://x.org/');
  });

  it('survives definitions in a circle', () => {
    const terms = termTable([{ a: 'b:x', b: 'c:y', c: 'a:z', self: 'self' }]);
    expect(typeof terms.iriOf('a')).toBe('string');
    expect(terms.iriOf('self')).toBeNull();
  });

  it('is what jsonld makes of the same context', async () => {
    const names = ['a', 'b', 'ex', 'name', 'sha256', 'schema'];
    const value = fc.constantFrom<JsonValue>(
      'http://e.org/',
      'http://e.org/x#',
      'http://e.org/y_',
      'ex:q',
      'a:z',
      'schema:url',
      'name',
      'b',
      null,
      { '@id': 'ex:q' },
      { '@id': 'http://e.org/p/', '@prefix': true },
      { '@id': 'http://e.org/p/' },
      { '@id': 'schema:agent', '@type': '@id' },
    );
    const inline = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 });
    const contexts = fc.array(
      fc.oneof({ weight: 1, arbitrary: fc.constant(V12) }, { weight: 3, arbitrary: inline }),
      {
        maxLength: 4,
      },
    );
    const keys = [...names, 'a:k', 'b:k', 'ex:k', 'schema:k', 'name:k', 'http://full.org/k', 'unknown'];
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(contexts, async (context) => {
        const terms = termTable(context);
        const meant = await jsonldIris(context, keys);
        for (const [key, expected] of meant) {
          compared += 1;
          // A prefix nobody bound stays an absolute IRI for jsonld; `schema:` means schema.org here all the same.
          if (expected !== key || !key.startsWith('schema:'))
            expect([key, terms.iriOf(key)]).toEqual([key, expected]);
        }
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(2000);
  });
});

/** What jsonld expands each key to; empty for a context that is no JSON-LD and so has no meaning to compare. */
async function jsonldIris(
  context: JsonValue,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const document = { '@context': context, ...Object.fromEntries(keys.map((key) => [key, key])) };
  try {
    const expanded = await jsonld.expand(JSON.parse(JSON.stringify(document)), { documentLoader });
    const text = new Map<string, string>();
    for (const [iri, values] of Object.entries(expanded[0] ?? {})) {
      for (const value of JSON.parse(JSON.stringify(values))) text.set(value['@value'] ?? value['@id'], iri);
    }
    return new Map(keys.map((key) => [key, text.get(key) ?? null]));
  } catch {
    return new Map();
  }
}

async function documentLoader(url: string) {
  const version = versionOfContextUrl(url)?.version ?? '';
  return { documentUrl: url, document: publishedContext(version), tag: 'static' };
}

describe('contexts that need expansion', () => {
  const withContext = (inline: JsonValue): JsonValue => ({ '@context': [V12, inline], '@graph': [] });

  it.each([
    ['a vocabulary', { '@vocab': 'http://schema.org/' }],
    ['a base', { '@base': 'https://h.org/' }],
    ['an import', { '@import': 'https://h.org/context' }],
    ['propagation', { '@propagate': false }],
    ['an alias of a keyword', { id: '@id' }],
    ['an alias in an object', { id: { '@id': '@id' } }],
    ['a reverse property', { isPartOf: { '@reverse': 'hasPart' } }],
    ['a language map', { name: { '@id': 'schema:name', '@container': '@language' } }],
    ['an id map among containers', { hasPart: { '@id': 'schema:hasPart', '@container': ['@id', '@set'] } }],
    ['a scoped context', { File: { '@id': 'schema:MediaObject', '@context': { name: 'schema:title' } } }],
    ['nesting', { labels: { '@id': 'schema:name', '@nest': 'x' } }],
    ['terms as values', { role: { '@id': 'schema:roleName', '@type': '@vocab' } }],
  ])('%s', (_, inline) => {
    expect(needsExpansion(withContext(inline))).toBe(true);
  });

  it.each([
    ['prefixes and terms', { ...LAMBDA, code: 'lambda:sample_code', gone: null }],
    ['references', { run: { '@id': 'lambdarc:run', '@type': '@id' } }],
    [
      'typed literals',
      { date: { '@id': 'schema:date', '@type': 'xsd:date', '@language': null, '@protected': true } },
    ],
    [
      'lists and sets',
      {
        steps: { '@id': 'schema:step', '@container': '@list' },
        tags: { '@id': 'schema:keywords', '@container': ['@set'] },
      },
    ],
    ['no base', { '@base': null, '@version': 1.1 }],
    ['a remote context nobody has', 'https://w3id.org/ro/terms/workflow-run/context'],
  ])('not: %s', (_, inline) => {
    expect(needsExpansion(withContext(inline))).toBe(false);
  });

  it('a context inside an entity, at any depth', () => {
    const at = (entity: JsonValue): JsonValue => ({ '@context': V12, '@graph': [{ '@id': 'x' }, entity] });
    expect(needsExpansion(at({ '@id': 'y', '@context': { name: 'schema:title' } }))).toBe(true);
    expect(needsExpansion(at({ '@id': 'y', author: [{ '@context': {}, '@id': 'z' }] }))).toBe(true);
    expect(needsExpansion(at({ '@id': 'y', author: [{ '@id': 'z' }] }))).toBe(false);
  });

  it('nothing that is no document', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (json) => typeof needsExpansion(JSON.parse(JSON.stringify(json))) === 'boolean',
      ),
    );
  });

  it('an unknown remote context is a warning, never a request', () => {
    const { findings } = readGraph(withContext('https://w3id.org/ro/terms/workflow-run/context'), {
      documentUrl: 'https://h.org/ro-crate-metadata.json',
    });
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: 'unknown-context', severity: 'warning', pointer: '/@context' }),
    );
  });
});
