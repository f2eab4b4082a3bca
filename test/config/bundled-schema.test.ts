import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { bundledSchema } from '../../src/config/bundled-schema.ts';
import { CONFIG_FORMATS } from '../../src/config/formats.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { JsonValue } from '../../src/model/json.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
for (const [name, format] of Object.entries(CONFIG_FORMATS)) ajv.addFormat(name, format.holds);
const holds = ajv.compile(bundledSchema());

const facility = (...sources: readonly JsonValue[]) => ({ facilities: [{ code: 'ALS', sources }] });
const url = 'https://data.als.example/';

/** Configurations, and whether they hold. */
const CASES: readonly (readonly [string, JsonValue, boolean])[] = [
  ['nothing configured', { facilities: [] }, true],
  ['no facilities', {}, false],
  ['a list of documents', facility({ name: 'a', kind: 'urls', urls: [url] }), true],
  ['a folder', facility({ name: 'a', kind: 'directory', path: './crates' }), true],
  ['a search', facility({ name: 'a', kind: 'lambda-search', url, fullSweep: '0 3 * * 0' }), true],
  ['a listing', facility({ name: 'a', kind: 'http-index', url, maxDepth: 3 }), true],
  ['a collection', facility({ name: 'a', kind: 'crate-collection', url }), true],
  ['landing pages', facility({ name: 'a', kind: 'signposting', urls: [url] }), true],
  ['a bucket', facility({ name: 'a', kind: 's3', endpoint: url, bucket: 'crates' }), true],
  ['what is pushed', facility({ name: 'a', kind: 'push' }), true],
  ['a kind nobody knows', facility({ name: 'a', kind: 'ftp', url }), false],
  ['a property of another kind', facility({ name: 'a', kind: 'directory', path: '.', maxDepth: 3 }), false],
  ['a schedule with seconds', facility({ name: 'a', kind: 'push', schedule: '0 0 0 * * *' }), false],
  [
    'a secret written down',
    facility({ name: 'a', kind: 'push', credential: { kind: 'bearer', token: 'x' } }),
    false,
  ],
];

describe('the schema for editors', () => {
  it.each(CASES)('and the loader agree on %s', (_name, config, expected) => {
    expect(holds(config)).toBe(expected);
    expect(parseConfig(JSON.stringify(config), '/etc/crate-bridge.json').ok).toBe(expected);
  });

  it('refers to nothing outside itself', () => {
    const references = JSON.stringify(bundledSchema()).matchAll(/"\$ref":"([^"]*)"/g);
    const outside = [...references].map(([, reference]) => reference).filter((one) => !one?.startsWith('#/'));
    expect(outside).toEqual([]);
  });
});
