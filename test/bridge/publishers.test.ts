import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { startOrigin } from '../support/origin.ts';
import { S3RVER, SWIFT, startS3 } from '../support/s3-server.ts';
import { NGINX, startNginx } from '../support/web-server.ts';

const NAMES = ['a b', 'ü', 'x+y', 'r(1)'];
const PATHS = NAMES.map((name) => `runs/${name}/ro-crate-metadata.json`);
const EARLIER = new Date('2026-03-01T06:00:00Z');

function crate(name: string, version = 1): string {
  const files = [{ id: 'f.dat', sha256: String(version).repeat(64), size: 1 }];
  return JSON.stringify(smallCrate({ name, sample: name, files }));
}

async function bridgeOf(source: JsonObject): Promise<TestBridge> {
  return testBridge({
    facilities: [
      {
        code: 'ALS',
        network: { allow: ['127.0.0.0/8'] },
        sources: [{ name: 'published', goneAfter: 1, holdAbove: 0.5, ...source }],
      },
    ],
  });
}

async function pull({ bridge }: TestBridge) {
  const [report] = valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  if (report === undefined) throw new Error('nothing was pulled');
  return report;
}

/** What one pull came to, of the counts that are not 0. */
async function counts(test: TestBridge): Promise<Readonly<Record<string, number>>> {
  const { listed, registered, updated, unchanged, failed, quarantined, gone } = await pull(test);
  const all = { listed, registered, updated, unchanged, failed, quarantined, gone };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

/** The strict store where it is installed. */
const S3 = SWIFT.missing === null ? SWIFT : S3RVER;

describe('crates pulled from the servers facilities publish them with', () => {
  it.skipIf(NGINX === null)('nginx: an unchanged crate costs one 304 (where it is installed)', async () => {
    const nginx = await startNginx();
    const test = await bridgeOf({ kind: 'http-index', url: nginx.url });
    try {
      for (const [i, path] of PATHS.entries()) {
        await put(nginx.root, path, crate(NAMES[i] ?? ''));
        await utimes(join(nginx.root, path), EARLIER, EARLIER);
      }
      expect(await counts(test)).toEqual({ listed: 4, registered: 4 });

      const before = (await nginx.answers()).length;
      expect(await counts(test)).toEqual({ listed: 4, unchanged: 4 });
      const documents = (await nginx.answers()).slice(before).filter((line) => line.includes('.json '));
      expect(documents.map((line) => line.split(' ').at(-1))).toEqual(['304', '304', '304', '304']);

      await put(nginx.root, PATHS[0] ?? '', crate('a b', 2));
      await rm(join(nginx.root, 'runs/ü'), { recursive: true });
      expect(await counts(test)).toEqual({ listed: 3, updated: 1, unchanged: 2, gone: 1 });
    } finally {
      await test.dispose();
      await nginx.close();
    }
  });

  it('an S3-compatible store, with keys in files that are rotated', async () => {
    const store = await startS3(S3);
    const secrets = await mkdtemp(join(tmpdir(), 'crate-bridge-secrets-'));
    const [id, secret] = [join(secrets, 'id'), join(secrets, 'secret')];
    const test = await bridgeOf({
      kind: 's3',
      endpoint: store.url,
      bucket: 'crates',
      prefix: 'runs/',
      credential: { kind: 's3', accessKeyId: { file: id }, secretAccessKey: { file: secret } },
    });
    try {
      await writeFile(id, S3.key.accessKeyId);
      await writeFile(secret, S3.key.secretAccessKey);
      await store.makeBucket('crates');
      await store.put('crates', Object.fromEntries(PATHS.map((path, i) => [path, crate(NAMES[i] ?? '')])));
      expect(await counts(test)).toEqual({ listed: 4, registered: 4 });
      await store.put('crates', { [PATHS[0] ?? '']: crate('a b', 2) });
      expect(await counts(test)).toEqual({ listed: 4, updated: 1, unchanged: 3 });

      // a key that was taken away is a matter of the credential, and nothing is gone by it
      await writeFile(secret, 'another');
      expect(await pull(test)).toMatchObject({ error: { code: 'upstream_denied' }, gone: 0 });
    } finally {
      await test.dispose();
      await store.close();
      await rm(secrets, { recursive: true });
    }
  });

  it('an object whose tag the listing brings is not asked for again', async () => {
    const content = Buffer.from(crate('a'));
    const etag = '"0123456789abcdef0123456789abcdef"';
    const listing = `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/ro-crate-metadata.json</Key><ETag>${etag}</ETag></Contents></ListBucketResult>`;
    const origin = await startOrigin({
      '/crates': Buffer.from(listing),
      '/crates/a/ro-crate-metadata.json': { content, headers: { etag } },
    });
    const test = await bridgeOf({ kind: 's3', endpoint: origin.url, bucket: 'crates' });
    try {
      expect(await counts(test)).toEqual({ listed: 1, registered: 1 });
      const before = origin.requests.length;
      expect(await counts(test)).toEqual({ listed: 1, unchanged: 1 });
      expect(origin.requests.slice(before).map((request) => request.path.split('?')[0])).toEqual(['/crates']);
    } finally {
      await test.dispose();
      await origin.close();
    }
  });
});
