import { createHash } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCrates } from '../../crates/update-digests.ts';
import { type Facility, startFacility } from '../../src/cli/demo/facility.ts';
import { provePayload, writePayload } from '../../src/cli/demo/payload.ts';

const CRATES = join(import.meta.dirname, '../../crates');
const CURVE = '/storage/12.3.1/2024-05-16/processed/run041_LYZ-42_merged.dat';

let folder: string;
let facility: Facility;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crate-bridge-facility-'));
  await writePayload(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  facility = await startFacility({ crates: CRATES, payload: folder });
});
afterEach(() => facility.close());

const get = (path: string, init?: RequestInit) => fetch(facility.url + path, init);

const encoded = (path: string) => `/${path.split('/').map(encodeURIComponent).join('/')}`;

/** A request whose path goes out as written: `fetch` would take the dots away. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(facility.url);
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('startFacility', () => {
  it('serves every crate document as it is in the folder', async () => {
    for (const { name, text } of readCrates(CRATES)) {
      const response = await get(`/crates/${name}/ro-crate-metadata.json`);
      expect(response.headers.get('content-type')).toBe('application/ld+json');
      expect(await response.text()).toBe(text);
    }
  });

  it('serves every payload file with its size and bytes', async () => {
    for (const [path, { size, sha256 }] of provePayload()) {
      const response = await get(encoded(path));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-length')).toBe(String(size));
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
  });

  it('listens on loopback alone and counts what it is asked', async () => {
    expect(facility.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const before = facility.requests();
    await get('/nowhere');
    await get(CURVE, { method: 'HEAD' });
    expect(facility.requests()).toBe(before + 2);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const response = await get(CURVE, { method: 'HEAD' });
    expect(response.headers.get('content-length')).toMatch(/^\d+$/);
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f-]+"$/);
    expect(Date.parse(response.headers.get('last-modified') ?? '')).not.toBeNaN();
    expect(await response.text()).toBe('');
  });

  it('answers 304 to whoever has the document, and the whole file to who asks for a range', async () => {
    const etag = (await get(CURVE, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect((await get(CURVE, { headers: { 'If-None-Match': `"other", W/${etag}` } })).status).toBe(304);
    expect((await get(CURVE, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
    const ranged = await get(CURVE, { headers: { Range: 'bytes=0-9' } });
    expect(ranged.status).toBe(200);
    expect(ranged.headers.get('accept-ranges')).toBe('none');
    expect((await ranged.arrayBuffer()).byteLength).toBeGreaterThan(10);
  });

  it('refuses to be written to', async () => {
    const response = await get(CURVE, { method: 'PUT', body: 'x' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it('serves nothing outside its folders, however the way out is written', async () => {
    await writeFile(join(folder, 'secret.txt'), 'not for the web');
    await symlink(import.meta.filename, join(folder, 'storage', 'link'));
    for (const path of [
      '/storage/../secret.txt',
      '/storage/%2e%2e/secret.txt',
      '/storage/..%2fsecret.txt',
      '/storage/12.3.1%2f..%2f..%2fsecret.txt',
      '/storage/..%5csecret.txt',
      '/storage//secret.txt',
      '/storage/%00',
      '/storage/%zz',
      '/storage/link',
      '/storage/12.3.1',
      '/storage/12.3.1/',
      '/secret.txt',
      '/crates/README.md',
      '/crates/update-digests.ts',
      '/crates/..%2fpackage.json/ro-crate-metadata.json',
      '/',
      '*',
    ]) {
      expect([path, await statusOf(path)]).toEqual([path, 404]);
    }
  });

  it('fails to start on a port that is taken', async () => {
    const port = Number(new URL(facility.url).port);
    await expect(startFacility({ crates: CRATES, payload: folder, port })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('corrupt', () => {
  it('changes one bit in the middle and nothing that a validator could see', async () => {
    const before = await get(CURVE);
    const good = Buffer.from(await before.arrayBuffer());
    await facility.corrupt(CURVE);
    const after = await get(CURVE);
    const bad = Buffer.from(await after.arrayBuffer());
    for (const header of ['etag', 'last-modified', 'content-length']) {
      expect(after.headers.get(header)).toBe(before.headers.get(header));
    }
    const changed = [...good.keys()].filter((i) => good[i] !== bad[i]);
    expect(changed).toEqual([Math.floor(good.length / 2)]);

    await facility.corrupt(CURVE);
    expect(Buffer.from(await (await get(CURVE)).arrayBuffer()).equals(good)).toBe(true);
  });

  it('refuses what is no payload, is empty, or is a crate', async () => {
    const document = '/crates/ssrl-bl12-1-mx-2024-06-02/ro-crate-metadata.json';
    for (const path of ['/storage/none', '/storage/../x', document]) {
      await expect(facility.corrupt(path)).rejects.toThrow(/No payload file/);
    }
    const empty = '/storage/12.3.1/2024-05-16/logs/interlock%20faults.log';
    await expect(facility.corrupt(empty)).rejects.toThrow(/empty/);
  });
});

it('stops answering when closed, and can be closed twice', async () => {
  await facility.close();
  await expect(get(CURVE)).rejects.toThrow();
  await facility.close();
});
