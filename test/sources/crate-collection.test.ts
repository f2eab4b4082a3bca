import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import type { CrateSource, SourceEnvironment } from '../../src/sources/contract.ts';
import { openCrateCollection } from '../../src/sources/crate-collection.ts';
import { describeConformance } from '../support/conformance.ts';
import { bearers, environment, sourceConfig } from './environment.ts';
import { type Answer, type Site, startSite } from './site.ts';
import { zipOf } from './zips.ts';

const RO_CRATE = { '@id': 'https://w3id.org/ro/crate' };
const AT = '/c/ro-crate-metadata.json';

let http: HttpClient;
let site: Site;
let elsewhere: Site;
beforeAll(() => {
  http = createHttpClient({ allow: ['127.0.0.1'], sleep: async () => {} });
});
beforeEach(async () => {
  site = await startSite();
  elsewhere = await startSite();
  return async () => {
    await Promise.all([site.close(), elsewhere.close()]);
  };
});
afterAll(() => http.close());

function crate(parts: readonly string[] = [], ...entities: readonly JsonObject[]): JsonObject {
  return {
    '@context': 'https://w3id.org/ro/crate/1.2/context',
    '@graph': [
      { '@id': 'ro-crate-metadata.json', '@type': 'CreativeWork', about: { '@id': './' } },
      { '@id': './', '@type': 'Dataset', hasPart: parts.map((id) => ({ '@id': id })) },
      ...entities,
    ],
  };
}

const document = (body: unknown): Answer => ({
  headers: { 'content-type': 'application/ld+json', etag: '"1"' },
  body,
});
const reference = (id: string, more: JsonObject = {}) => ({
  '@id': id,
  '@type': 'Dataset',
  conformsTo: RO_CRATE,
  ...more,
});

function source(given: Partial<SourceEnvironment> = {}, path = AT): CrateSource {
  const now = () => new Date('2026-03-01T06:00:00Z');
  const config = sourceConfig({ kind: 'crate-collection', url: site.url + path });
  return openCrateCollection(config, environment({ http, now, ...given }));
}

const listed = async (from = source()) => {
  const listing = await from.list({ since: null });
  return listing.ok ? listing.value.refs.map(({ url }) => url) : listing.failure;
};

describe('a collection of crates', () => {
  it('is listed with the crates it names, however it names them, and each is brought', async () => {
    const pid = `${elsewhere.url}/pid`;
    const download = `${elsewhere.url}/7.zip?download=1`;
    site.set(
      AT,
      document(
        crate(
          ['lambda/', 'folder/', pid, 'urn:x-crate:7', 'data/'],
          {
            '@id': 'lambda/',
            '@type': 'Dataset',
            conformsTo: { '@id': 'https://w3id.org/lambda/profile/core/0.3.3' },
            hasPart: { '@id': 'lambda/ro-crate-metadata.json' },
          },
          reference('folder/', { subjectOf: { '@id': 'metadata/folder.json' } }),
          { '@id': 'metadata/folder.json', '@type': 'CreativeWork', encodingFormat: 'application/ld+json' },
          reference(pid),
          reference('urn:x-crate:7', { distribution: { '@id': download } }),
          {
            '@id': download,
            '@type': 'DataDownload',
            encodingFormat: 'application/zip',
            conformsTo: RO_CRATE,
          },
          { '@id': 'data/', '@type': 'Dataset' },
        ),
      ),
    );
    const nested = document(crate());
    site.set('/c/lambda/ro-crate-metadata.json', nested);
    site.set('/c/metadata/folder.json', nested);
    elsewhere.set('/pid', { headers: { link: '</m.json>; rel="describedby"; type="application/ld+json"' } });
    elsewhere.set('/m.json', nested);
    const zip = await zipOf([['ro-crate-metadata.json', JSON.stringify(crate())]]);
    elsewhere.set('/7.zip?download=1', { headers: { 'content-type': 'application/zip' }, body: zip });

    const from = source({ credentialsFor: bearers(['s']) });
    const places = [
      `${site.url}${AT}`,
      `${site.url}/c/lambda/ro-crate-metadata.json`,
      `${site.url}/c/metadata/folder.json`,
      pid,
      download,
    ];
    expect(await from.list({ since: null })).toEqual({
      ok: true,
      value: { refs: places.map((url) => ({ url })), complete: true, problems: [] },
    });
    const brought = await Promise.all(
      places.map(async (url) => {
        const fetched = await from.fetch({ url }, null);
        return fetched.ok && fetched.value.kind === 'document' ? fetched.value.url : fetched;
      }),
    );
    const zipped = expect.stringMatching(/^arcp:\/\/uuid,/);
    expect(brought).toEqual([...places.slice(0, 3), `${elsewhere.url}/m.json`, zipped]);
    // A collection names hosts: none of them is sent its credential.
    expect(site.secrets.length).toBeGreaterThan(0);
    expect(elsewhere.secrets).toEqual([]);
  });

  it('brings a schema record that a crate names as it is', async () => {
    const record = { headers: { 'content-type': 'application/yaml' }, body: 'id: lambda:1\n' };
    site.set('/c/mx/record.yaml', record);
    expect(await source().fetch({ url: `${site.url}/c/mx/record.yaml`, record: true }, null)).toMatchObject({
      ok: true,
      value: { bytes: Buffer.from(record.body), mediaType: 'application/yaml' },
    });
  });

  it('costs one request for each crate that has not changed', async () => {
    site.set(AT, document(crate(['a/'], reference('a/'))));
    site.set('/c/a/ro-crate-metadata.json', document(crate()));
    const from = source();
    const places = await listed(from);
    if (!Array.isArray(places)) throw new Error('not listed');
    const before = site.asked.length;
    for (const url of places) {
      expect(await from.fetch({ url }, { etag: '"1"', lastModified: null })).toEqual({
        ok: true,
        value: { kind: 'not-modified' },
      });
    }
    expect(site.asked.length - before).toBe(2);
  });

  it('names each crate once, itself never as a part, and no crate of a crate', async () => {
    site.set(
      AT,
      document(
        crate(
          ['a/', 'group/', 'a/', `${site.url}/c/`, 'self'],
          reference('a/', { hasPart: { '@id': 'a/b/' } }),
          reference('a/b/'),
          {
            '@id': 'group/',
            '@type': 'Dataset',
            hasPart: [{ '@id': 'a/' }, { '@id': './' }, { '@id': 'group/' }],
          },
          reference('self', { subjectOf: { '@id': `${site.url}${AT}` } }),
        ),
      ),
    );
    expect(await listed()).toEqual([`${site.url}${AT}`, `${site.url}/c/a/ro-crate-metadata.json`]);
  });

  it('may be found behind a landing page', async () => {
    site.set('/doi', { headers: { link: `<${AT}>; rel=describedby; type="application/ld+json"` } });
    site.set(AT, document(crate(['a/'], reference('a/'))));
    expect(await listed(source({}, '/doi'))).toEqual([
      `${site.url}/doi`,
      `${site.url}/c/a/ro-crate-metadata.json`,
    ]);
  });

  it('is not listed as a whole when it names a crate and not where that is', async () => {
    site.set(AT, document(crate(['urn:x-crate:7', 'a/'], reference('urn:x-crate:7'), reference('a/'))));
    expect(await source().list({ since: null })).toMatchObject({
      ok: true,
      value: {
        refs: [{ url: site.url + AT }, { url: `${site.url}/c/a/ro-crate-metadata.json` }],
        complete: false,
        problems: [
          { code: 'unreadable', where: '/@graph/2', message: expect.stringContaining('urn:x-crate:7') },
        ],
      },
    });
  });

  it.each<[string, Answer, string]>([
    ['wants a credential', { status: 401 }, 'upstream_denied'],
    ['is not there', { status: 404 }, 'upstream_missing'],
    ['is down', { status: 503 }, 'upstream_status'],
    ['is a page', { body: '<p>Welcome' }, 'unreadable'],
    ['is cut', document('{"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": ['), 'unreadable'],
    [
      'has no root',
      document({ '@context': 'https://w3id.org/ro/crate/1.2/context', '@graph': [] }),
      'unreadable',
    ],
    ['is too large', document(crate(['x'.repeat(1_000_000)])), 'too_large'],
  ])('that %s is a failure and no empty listing', async (_what, answer, code) => {
    site.set(AT, answer);
    expect(await listed()).toMatchObject({ code });
  });
});

describeConformance('a LAMBDA manifest', (folder) => {
  it('is a collection of its nested crates; records and registrations are none', async () => {
    site.set(AT, document(readFileSync(join(folder, 'lambda-core/valid/nested-pointers.json'))));
    expect(await listed()).toEqual([`${site.url}${AT}`, `${site.url}/c/saxs/ro-crate-metadata.json`]);
  });
});
