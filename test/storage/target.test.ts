import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StorageRule } from '../../src/model/storage-rule.ts';
import { canonicalUri } from '../../src/storage/canonical.ts';
import { mayPoint, ruleFor } from '../../src/storage/rules.ts';
import { authorised, targetFor } from '../../src/storage/target.ts';
import { valueFrom } from '../support/bridge.ts';

function http(prefix: string, url: string, extra: Partial<StorageRule> = {}): StorageRule {
  return { prefix, facility: 'als', target: { kind: 'http', url }, sources: ['als/crates'], ...extra };
}
function file(prefix: string, root: string): StorageRule {
  return { prefix, facility: 'als', target: { kind: 'file', root }, sources: ['als/crates'] };
}

const RULES = [
  http('sibyls://als/', 'https://data.example/als/'),
  http('sibyls://als/12.3.1/', 'https://beamline.example/12.3.1/raw/'),
  http('https://h.example/a', 'https://mirror.example/a'),
  file('arcp://name,crates.als/', '/data/crates'),
  file('file:///data/raw/', '/data/raw'),
];

describe('the rule of a storage_uri', () => {
  it.each([
    ['sibyls://als/12.3.1/2026/run1.h5', 'sibyls://als/12.3.1/'],
    ['SIBYLS://ALS/12.3.1/2026/run1.h5', 'sibyls://als/12.3.1/'],
    ['sibyls://als/12.3.10/run1.h5', 'sibyls://als/'],
    ['https://h.example/a', 'https://h.example/a'],
    ['https://H.example:443/a/b', 'https://h.example/a'],
    ['https://h.example/%61/b', 'https://h.example/a'],
    ['https://h.example/ab', undefined],
    ['https://h.example.evil.example/a/b', undefined],
    ['http://h.example/a/b', undefined],
    ['arcp://name,crates.als/a/ro-crate-metadata.json', 'arcp://name,crates.als/'],
    ['file:///data/raw/x', 'file:///data/raw/'],
    ['file:///data/rawer/x', undefined],
    ['nonsense', undefined],
  ])('%s', (uri, prefix) => {
    expect(ruleFor(RULES, uri)?.prefix).toBe(prefix);
    expect(ruleFor([...RULES].reverse(), uri)?.prefix).toBe(prefix);
  });

  it('lets only the named sources point beneath it', () => {
    const rule = http('sibyls://als/', 'https://x.example/', { sources: ['als/crates', 'esrf/mirror'] });
    expect(mayPoint(rule, 'als', 'crates')).toBe(true);
    expect(mayPoint(rule, 'esrf', 'mirror')).toBe(true);
    expect(mayPoint(rule, 'als', 'mirror')).toBe(false);
    expect(mayPoint({ ...rule, sources: [] }, 'als', 'crates')).toBe(false);
  });
});

function target(uri: string) {
  const rule = ruleFor(RULES, uri);
  if (rule === null) throw new Error(`no rule for ${uri}`);
  return targetFor(rule, uri);
}

describe('the target of a storage_uri', () => {
  it.each([
    ['sibyls://als/12.3.1/2026/run 1.h5', 'https://beamline.example/12.3.1/raw/2026/run%201.h5'],
    ['sibyls://als/2026/%C3%BC.h5', 'https://data.example/als/2026/%C3%BC.h5'],
    ['https://h.example/a/b?version=3', 'https://mirror.example/a/b?version=3'],
    ['https://h.example/a', 'https://mirror.example/a'],
  ])('%s is read at its URL', (uri, url) => {
    expect(target(uri)).toEqual({ ok: true, value: { kind: 'http', url } });
  });

  it('is a decoded path beneath a root', () => {
    expect(target('arcp://name,crates.als/a/run%201%20%C3%BC.h5')).toEqual({
      ok: true,
      value: { kind: 'file', root: '/data/crates', path: 'a/run 1 ü.h5' },
    });
  });

  it.each([
    'arcp://name,crates.als/../x',
    'arcp://name,crates.als/a/../../x',
    'arcp://name,crates.als/a/./x',
    'arcp://name,crates.als/%2e%2e/x',
    'arcp://name,crates.als/.%2E/x',
    'arcp://name,crates.als/a%2f..%2f..%2fx',
    'arcp://name,crates.als/a%5c..%5cx',
    'arcp://name,crates.als/a\\..\\x',
    'arcp://name,crates.als/x%00.h5',
    'arcp://name,crates.als/a\n/x',
    'arcp://name,crates.als//etc/passwd',
    'arcp://name,crates.als/a//x',
    'arcp://name,crates.als/%zz',
    'arcp://name,crates.als/%ff%fe',
    'arcp://name,crates.als/x?y',
    'arcp://name,crates.als/x#y',
    'arcp://name,crates.als/a/.. ',
    'sibyls://als/12.3.1/../secret/x',
    'https://h.example/a/..%2fsecret',
  ])('%s does not leave its rule', (uri) => {
    expect(target(uri)).toMatchObject({ ok: false, failure: { code: 'outside_root' } });
  });

  it('carries the credential of the rule, for the origin of the rule', async () => {
    const rule = http('sibyls://als/', 'https://data.example/als/', {
      credential: { kind: 'bearer', env: 'ALS_TOKEN' },
    });
    const store = { env: { ALS_TOKEN: 's3cret' }, readFile: () => '' };
    const at = (env: Record<string, string>) =>
      authorised(valueFrom(targetFor(rule, 'sibyls://als/x')), rule, { ...store, env });
    expect(await at(store.env)).toMatchObject({
      value: { credential: { origin: 'https://data.example', headers: { authorization: 'Bearer s3cret' } } },
    });
    expect(await at({})).toMatchObject({
      failure: { code: 'credential_missing', where: 'ALS_TOKEN' },
    });
  });

  it('never lies elsewhere, whatever the rest of the URI is', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2E%2e',
      '%2f',
      '%5C',
      '/',
      '//',
      '\\',
      'a',
      'ü',
      '%00',
      '%25',
      '?',
      '#',
      '@',
      ':',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (parts) => {
        const made = target(`sibyls://als/12.3.1/${parts.join('')}`);
        if (made.ok) {
          expect(made.value.kind === 'http' && new URL(made.value.url).href).toMatch(
            /^https:\/\/beamline\.example\/12\.3\.1\/raw\//,
          );
        }
        const rule = file('x://r/', '/data/root');
        const beneath = targetFor(rule, `x://r/${parts.join('')}`);
        if (beneath.ok && beneath.value.kind === 'file') {
          const segments = beneath.value.path.split('/');
          expect(segments).not.toContain('..');
          expect(beneath.value.path).not.toMatch(/[\0\\]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the canonical spelling', () => {
  it('is its own canonical spelling', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const once = canonicalUri(url);
        if (once.ok) expect(canonicalUri(once.value)).toEqual(once);
      }),
    );
  });
});
