import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  publishedContext,
  publishedTerms,
  RO_CRATE_VERSIONS,
  versionOfConformsTo,
  versionOfContextUrl,
} from '../../src/crate/contexts.ts';

const PUBLISHED = fileURLToPath(new URL('../../../shared/reference/contexts', import.meta.url));
const present = existsSync(PUBLISHED);
const skipped =
  present || process.env['CI'] ? '' : ' (skipped: no ../shared/reference/contexts beside the project)';

/** In CI the files must be there: reading them then fails instead of skipping. */
describe.skipIf(skipped !== '')(`the bundled terms are the published contexts${skipped}`, () => {
  const counts = { '1.0': 2420, '1.1': 2627, '1.2': 2899, '1.3': 3069 };

  it.each(Object.entries(counts))('RO-Crate %s, term by term, all %i', (version, count) => {
    const file = join(PUBLISHED, `ro-crate-${version}.context.jsonld`);
    const published = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8'))['@context']));
    const bundled = publishedTerms(version);
    expect(published.size).toBe(count);
    const differing = [...new Set([...published.keys(), ...bundled.keys()])].filter(
      (term) => !bundled.has(term) || !published.has(term) || bundled.get(term) !== published.get(term),
    );
    expect(differing).toEqual([]);
    expect(publishedContext(version)['@context']).toEqual(Object.fromEntries(published));
  });
});

describe('versions', () => {
  it('knows the versions whose terms are bundled', () => {
    expect(RO_CRATE_VERSIONS).toEqual(['1.0', '1.1', '1.2', '1.3']);
    expect(publishedTerms('0.2').size).toBe(0);
  });

  it.each([
    ['https://w3id.org/ro/crate/1.2/context', '1.2'],
    ['http://w3id.org/ro/crate/1.1/context', '1.1'],
    ['https://w3id.org/ro/crate/1.1-DRAFT/context', '1.1'],
    ['https://w3id.org/ro/crate/1.2-DRAFT/context', '1.2'],
    ['https://w3id.org/ro/crate/1.4-DRAFT/context', '1.3'],
    ['https://researchobject.github.io/ro-crate/1.0/context.jsonld', '1.0'],
    ['https://www.researchobject.org/ro-crate/1.1/context.jsonld', '1.1'],
    ['https://www.researchobject.org/ro-crate/specification/1.2/context.jsonld', '1.2'],
    ['https://raw.githubusercontent.com/ResearchObject/ro-crate/main/docs/1.1/context.jsonld', '1.1'],
  ])('%s is RO-Crate %s', (url, version) => {
    expect(versionOfContextUrl(url)).toEqual({ version, known: true });
  });

  it('reads a version newer than all it knows by the newest, and says so', () => {
    expect(versionOfContextUrl('https://w3id.org/ro/crate/2.0/context')).toEqual({
      version: '1.3',
      known: false,
    });
  });

  it.each([
    'https://w3id.org/ro/terms/workflow-run/context',
    'https://w3id.org/ro/crate/0.2/context',
    'https://evil.example/w3id.org/ro/crate/1.2/context',
    'https://w3id.org/ro/crate/1.2/context?and=more',
    '',
  ])('%s is not a bundled context', (url) => {
    expect(versionOfContextUrl(url)).toBeNull();
  });

  it('reads the version of a conformsTo', () => {
    expect(versionOfConformsTo('https://w3id.org/ro/crate/1.1')?.version).toBe('1.1');
    expect(versionOfConformsTo('https://w3id.org/ro/crate/1.2-DRAFT')?.version).toBe('1.2');
    expect(versionOfConformsTo('https://w3id.org/ro/crate')).toBeNull();
    expect(versionOfConformsTo('https://w3id.org/lambda/profile/core/0.3.3')).toBeNull();
  });
});
