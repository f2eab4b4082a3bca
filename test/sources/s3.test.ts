import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { failed, type Outcome, success } from '../../src/model/failure.ts';
import type { CredentialReference } from '../../src/model/storage-rule.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { SourceEnvironment } from '../../src/sources/contract.ts';
import { openS3 } from '../../src/sources/s3.ts';
import { type OriginFile, startOrigin, type TestOrigin } from '../support/origin.ts';
import { S3RVER, type S3Server, SWIFT, startS3 } from '../support/s3-server.ts';
import { environment, sourceConfig } from './environment.ts';

const DOCUMENT = '{"@context":"https://w3id.org/ro/crate/1.2/context","@graph":[]}';
const http = createHttpClient({
  allow: ['127.0.0.0/8'],
  resolve: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  sleep: async () => {},
});
afterAll(() => http.close());

/** A reference whose two parts name what they are; `secret` reads them. */
const key = (accessKeyId: string, secretAccessKey: string): CredentialReference => ({
  kind: 's3',
  accessKeyId: { env: accessKeyId },
  secretAccessKey: { env: secretAccessKey },
});
const RIGHT = key('AKIA', 'secret');

interface Given {
  readonly endpoint: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly path_style?: boolean;
  readonly region?: string;
  readonly credentials?: readonly CredentialReference[];
  readonly secret?: SourceEnvironment['secret'];
  readonly now?: () => Date;
}

function open({
  endpoint,
  bucket = 'crates',
  prefix = '',
  path_style = true,
  region = 'us-east-1',
  credentials = [],
  ...given
}: Given) {
  const config = sourceConfig({ kind: 's3', endpoint, bucket, prefix, path_style, region });
  const secret: SourceEnvironment['secret'] = (reference) => success('env' in reference ? reference.env : '');
  return openS3({ ...config, credentials }, environment({ http, secret, ...given }));
}

async function listed(given: Given) {
  const listing = await open(given).list({ since: null });
  if (!listing.ok) throw new Error(`${listing.failure.code}: ${listing.failure.message}`);
  return listing.value;
}

/** Keys as people make them, each of a crate. */
const FOLDERS = ['a b', 'x+y', 'ü', 'r(1)', 'c:d', 'p%25q', 'k=v', 'emoji 🧬', '~tilde', 'q?x=1#y', '*'];
/** Those s3rver spells wrongly in its listings, or keeps as others. */
const STRICT_FOLDERS = ['e&f', "it's", '<b>', 'double//slash', '"q"'];
const OTHERS = ['runs/data.zip', 'runs/xro-crate-metadata.json', 'other/ro-crate-metadata.json'];

const STORES = [
  { kind: S3RVER, folders: FOLDERS },
  { kind: SWIFT, folders: [...FOLDERS, ...STRICT_FOLDERS] },
];

describe.for(STORES)('the objects of $kind.name (where it is installed)', ({ kind, folders }) => {
  if (kind.missing !== null) return it.skip(`needs ${kind.missing}`);
  const keys = folders.map((folder) => `runs/${folder}/ro-crate-metadata.json`);
  const right = key(kind.key.accessKeyId, kind.key.secretAccessKey);
  let store: S3Server;
  let runs: Given;
  beforeAll(async () => {
    store = await startS3(kind);
    runs = { endpoint: store.url, prefix: 'runs/', credentials: [right] };
    await store.makeBucket('crates');
    await store.put('crates', Object.fromEntries([...keys, ...OTHERS].map((k) => [k, DOCUMENT])));
  });
  afterAll(() => store?.close());

  const ways: readonly [string, readonly CredentialReference[]][] = [
    ['signed', [right]],
    ['signed with the old key where the new one is refused', [key('NEW', 'secret'), right]],
    ...(kind.anonymous ? [['anonymous', []] satisfies [string, []]] : []),
  ];
  it.each(ways)('are listed and fetched %s, whatever their keys', async (_, credentials) => {
    const { refs, complete, problems } = await listed({ ...runs, credentials });
    expect({ complete, problems }).toEqual({ complete: true, problems: [] });
    expect(refs.map((ref) => decodeURIComponent(ref.url)).sort()).toEqual(
      keys.map((k) => `${store.url}/crates/${k}`).sort(),
    );
    for (const ref of refs) {
      expect(await open({ ...runs, credentials }).fetch(ref, null)).toMatchObject({
        ok: true,
        value: { kind: 'document', url: ref.url, bytes: Buffer.from(DOCUMENT) },
      });
    }
  });

  it('bring with the listing the tag an object is served with, which makes the next fetch a 304', async () => {
    const [ref] = (await listed(runs)).refs;
    if (ref?.validators === undefined) throw new Error('the listing brought no tag');
    expect(await open(runs).fetch(ref, ref.validators)).toEqual({
      ok: true,
      value: { kind: 'not-modified' },
    });
    await store.put('crates', { 'runs/a b/ro-crate-metadata.json': `${DOCUMENT} ` });
    const changed = { url: `${store.url}/crates/runs/a%20b/ro-crate-metadata.json` };
    expect(await open(runs).fetch(changed, ref.validators)).toMatchObject({
      ok: true,
      value: { kind: 'document' },
    });
  });

  it('are crates in zips too, of which only parts are fetched', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(DOCUMENT), 'crate/ro-crate-metadata.json');
    zip.addBuffer(Buffer.alloc(300_000, 'x'), 'crate/data.bin', { compress: false });
    zip.end();
    await store.put('crates', { 'zips/export.eln': await buffer(zip.outputStream) });
    const given = { ...runs, prefix: 'zips/' };
    const [ref] = (await listed(given)).refs;
    if (ref === undefined) throw new Error('the zip is not listed');
    expect(await open(given).fetch(ref, null)).toMatchObject({
      ok: true,
      value: { bytes: Buffer.from(DOCUMENT), url: expect.stringMatching(/^arcp:\/\/uuid,/) },
    });
  });

  it('are reached by the host of their bucket as well', async () => {
    // any name leads to this machine, as the host of a bucket does at a real store
    const credentials = kind.anonymous ? [] : [right];
    const endpoint = `http://${kind.domain}:${store.port}`;
    const given = { ...runs, endpoint, path_style: false, credentials };
    const { refs } = await listed(given);
    expect(refs).toHaveLength(keys.length);
    for (const ref of refs) {
      expect(ref.url).toContain(`http://crates.${kind.domain}:${store.port}/runs/`);
      expect(await open(given).fetch(ref, null)).toMatchObject({ ok: true });
    }
  });

  it('that are not there prove nothing', async () => {
    await store.makeBucket('empty');
    for (const given of [{ bucket: 'empty', prefix: '' }, { prefix: 'rums/' }]) {
      const { refs, complete, problems } = await listed({ ...runs, ...given });
      expect({ refs, complete, problems }).toMatchObject({
        refs: [],
        complete: false,
        problems: [{ code: 'unreachable' }],
      });
    }
  });

  it.each([
    [
      'a wrong secret',
      { credentials: [key(kind.key.accessKeyId, 'wrong')] },
      {
        code: 'upstream_denied',
        found: 'SignatureDoesNotMatch',
        message: expect.stringContaining('secret key'),
      },
    ],
    [
      'an unknown access key',
      { credentials: [key('AKIA', 'wrong')] },
      {
        code: 'upstream_denied',
        found: expect.stringMatching(/^(InvalidAccessKeyId|SignatureDoesNotMatch)$/),
      },
    ],
    [
      'no such bucket',
      { bucket: 'crate' },
      { code: 'upstream_missing', found: 'NoSuchBucket', message: expect.stringContaining('crate at this') },
    ],
  ])('of %s are a failure in words', async (_, given, expected) => {
    const failure = await failureOf(open({ ...runs, ...given }).list({ since: null }));
    expect(failure).toMatchObject(expected);
    expect(failure.where).toContain(store.url);
    expect(JSON.stringify(failure)).not.toMatch(/"wrong"|Signature=/);
  });

  it.skipIf(kind === S3RVER)(
    'of another region, or asked for by a clock that is wrong, are one too',
    async () => {
      const wrong = [
        [{ now: () => new Date('2020-01-01') }, 'upstream_denied', 'RequestTimeTooSkewed'],
        [{ region: 'eu-central-1' }, 'config_invalid', 'AuthorizationHeaderMalformed'],
      ] as const;
      for (const [given, code, found] of wrong) {
        expect(await failureOf(open({ ...runs, ...given }).list({ since: null }))).toMatchObject({
          code,
          found,
        });
      }
    },
  );

  it.skipIf(kind === SWIFT)('are listed over as many pages as there are', async () => {
    const many = Array.from({ length: 1_050 }, (_, i) => `r${i + 1_000}-ro-crate-metadata.json`);
    await store.makeBucket('many');
    await store.put('many', Object.fromEntries(many.map((k) => [k, '{}'])));
    const { refs, complete } = await listed({ ...runs, bucket: 'many', prefix: '' });
    expect(refs.map((ref) => ref.url)).toEqual(many.map((k) => `${store.url}/many/${k}`));
    expect(complete).toBe(true);
  });
});

/** A page as Amazon S3 writes it with `encoding-type=url`. */
function page(keys: readonly string[], more: string | null = null): OriginFile {
  const contents = keys.map(
    (k) =>
      `<Contents><Key>${k}</Key><LastModified>2026-03-01T06:00:00.000Z</LastModified><ETag>&quot;0123456789abcdef0123456789abcdef-2&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>10</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const next = more === null ? '' : `<NextContinuationToken>${more}</NextContinuationToken>`;
  return xml(
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>crates</Name><Prefix></Prefix>${next}<KeyCount>${keys.length}</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>${more !== null}</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}

function xml(text: string): OriginFile {
  const content = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  return { content, headers: { 'content-type': 'application/xml' } };
}

const CRATE = 'a/ro-crate-metadata.json';

describe('a store that goes wrong', () => {
  it('of a secret that is not there names it, and is not asked', async () => {
    const secret: SourceEnvironment['secret'] = () =>
      failed({ code: 'credential_missing', message: 'S3_SECRET is not set or empty.' });
    const given = { endpoint: 'http://127.0.0.1:9', credentials: [RIGHT], secret };
    expect(await failureOf(open(given).list({ since: null }))).toMatchObject({ code: 'credential_missing' });
  });

  let origin: TestOrigin;
  beforeAll(async () => {
    origin = await startOrigin();
  });
  afterAll(() => origin.close());

  it('encodes keys as a form does, and its tokens not at all', async () => {
    // one path, so the pages come by turns
    const pages = [page(['run+1%2B2/%C3%BC%26%3C/ro-crate-metadata.json'], '1o/+x&amp;='), page([CRATE])];
    const asked: (string | null)[] = [];
    const server = await startPages(pages, asked);
    try {
      const { refs, complete } = await listed({ endpoint: server.url });
      expect(complete).toBe(true);
      expect(refs).toEqual([
        {
          url: `${server.url}/crates/run%201%2B2/%C3%BC%26%3C/ro-crate-metadata.json`,
          validators: { etag: '"0123456789abcdef0123456789abcdef-2"', lastModified: null },
        },
        expect.objectContaining({ url: `${server.url}/crates/${CRATE}` }),
      ]);
      expect(asked).toEqual([null, '1o/+x&=']);
    } finally {
      await server.close();
    }
  });

  it('may name what cannot be asked for, which is told', async () => {
    origin.set(
      '/crates',
      page([
        CRATE,
        '../ro-crate-metadata.json',
        'a/%2E%2E/ro-crate-metadata.json',
        './x-ro-crate-metadata.json',
        '%FF/ro-crate-metadata.json',
        '../data.h5',
      ]),
    );
    const { refs, complete, problems } = await listed({ endpoint: origin.url });
    expect(refs.map((ref) => ref.url)).toEqual([`${origin.url}/crates/${CRATE}`]);
    expect(complete).toBe(false);
    expect(problems.map((p) => p.code)).toEqual([
      'outside_root',
      'outside_root',
      'outside_root',
      'unreadable',
    ]);
  });

  it.each([
    [
      'a broken connection',
      { ...page([CRATE]), fault: { kind: 'truncate', at: 100, framing: 'content-length', how: 'rst' } },
      'truncated',
    ],
    [
      'a page cut short in order',
      { ...page([CRATE]), fault: { kind: 'truncate', at: 300, framing: 'chunked', how: 'end' } },
      'unreadable',
    ],
    ['an endless page', { content: { size: 20 * 1024 * 1024 }, framing: 'chunked' }, 'too_large'],
    ['a page of another kind', { content: Buffer.from('<html><body>Sign in</body></html>') }, 'unreadable'],
    [
      'entities of its own',
      xml(
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><ListBucketResult><Name>&b;</Name></ListBucketResult>',
      ),
      'unreadable',
    ],
    ['depth without end', xml(`${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`), 'unreadable'],
    [
      'more without a token',
      xml('<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>'),
      'truncated',
    ],
    [
      'a refusal without words',
      { content: Buffer.from(''), fault: { kind: 'status', status: 403 } },
      'upstream_denied',
    ],
    ['trouble', { content: Buffer.from(''), fault: { kind: 'status', status: 500 } }, 'upstream_status'],
    [
      'a redirect to nowhere, as of a bucket in another region',
      { content: Buffer.from(''), fault: { kind: 'redirect', to: 'http://[', status: 301 } },
      'config_invalid',
    ],
  ] satisfies [string, OriginFile, string][])('by %s has not listed anything', async (_, file, code) => {
    origin.set('/crates', file);
    expect(await failureOf(open({ endpoint: origin.url }).list({ since: null }))).toMatchObject({ code });
  });

  it('by a later page keeps what was found, incomplete', async () => {
    for (const later of [null, page([], 'T')]) {
      const server = await startPages(
        [page([CRATE], 'T'), later ?? xml('<Error><Code>SlowDown</Code></Error>')],
        [],
      );
      try {
        const { refs, complete, problems } = await listed({ endpoint: server.url });
        expect({ refs, complete, problems }).toMatchObject({
          refs: { length: 1 },
          complete: false,
          problems: { length: 1 },
        });
      } finally {
        await server.close();
      }
    }
  });

  it.each([
    [
      'AuthorizationHeaderMalformed',
      400,
      'config_invalid',
      'The bucket is in another region than us-east-1: eu-central-1.',
    ],
    [
      'PermanentRedirect',
      403,
      'config_invalid',
      'The bucket is in another region than us-east-1: eu-central-1.',
    ],
    [
      'RequestTimeTooSkewed',
      403,
      'upstream_denied',
      "The clock of this machine and the store's are too far apart for a signature.",
    ],
    ['ExpiredToken', 400, 'upstream_denied', 'The session token has ended or is not valid.'],
    ['AccessDenied', 403, 'upstream_denied', 'The store does not let this credential list the bucket.'],
    [
      'SomethingElse',
      403,
      'upstream_denied',
      'The server refused (403); the credential is missing, wrong or not allowed this.',
    ],
  ])('says %s (%d) in words', async (word, status, code, message) => {
    const error = xml(
      `<Error><Code>${word}</Code><Message>words of the store</Message><Region>eu-central-1</Region></Error>`,
    );
    const server = await startPages([error], [], status);
    try {
      const failure = await failureOf(
        open({ endpoint: server.url, credentials: [RIGHT] }).list({ since: null }),
      );
      expect(failure).toMatchObject({ code, message });
      expect(JSON.stringify(failure)).not.toContain('words of the store');
    } finally {
      await server.close();
    }
  });

  it('waits when it asks to', async () => {
    origin.set('/crates', {
      ...page([CRATE]),
      fault: { kind: 'busy', times: 2, status: 503, retryAfter: '3' },
    });
    expect(await listed({ endpoint: origin.url })).toMatchObject({ refs: { length: 1 }, complete: true });
  });
});

/** A server that answers with the next page each time, whatever is asked; `asked` collects the tokens. */
async function startPages(pages: readonly OriginFile[], asked: (string | null)[], status = 200) {
  let turn = 0;
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://x').searchParams.get('continuation-token'));
    const content = pages[Math.min(turn++, pages.length - 1)]?.content;
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(content instanceof Uint8Array ? content : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function failureOf(outcome: Promise<Outcome<unknown>>) {
  const ended = await outcome;
  if (ended.ok) throw new Error('it went well');
  return ended.failure;
}
