import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { StorageRule } from '../../src/model/storage-rule.ts';
import { directoryPrefix, directorySource } from '../../src/sources/directory.ts';
import { ruleFor } from '../../src/storage/rules.ts';
import { targetFor } from '../../src/storage/target.ts';

let base: string;
let root: string;
beforeEach(() => {
  base = mkdtempSync(join(realpathSync(tmpdir()), 'source-'));
  root = join(base, 'crates');
  mkdirSync(root);
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function put(path: string, text: string | Uint8Array = '{}'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
function source(limits = {}, now = new Date()) {
  return directorySource({
    facility: 'ALS',
    source: 'Crates',
    path: root,
    maxBytes: 1000,
    limits,
    now: () => now,
  });
}
async function listed(limits = {}) {
  const listing = await source(limits).list({ since: null });
  if (!listing.ok) throw new Error(listing.failure.code);
  const { refs, complete, problems } = listing.value;
  return { urls: refs.map((ref) => ref.url), complete, refs, problems };
}

describe('a folder of crates', () => {
  it('lists every metadata document, attached or detached, in a stable order', async () => {
    for (const path of [
      'z/ro-crate-metadata.json',
      'a/b c/ü/ro-crate-metadata.json',
      'run7-ro-crate-metadata.json',
      'ro-crate-metadata.json',
      'a/not-ro-crate-metadata.json.bak',
      'a/xro-crate-metadata.json',
      'a/ro-crate-metadata.jsonld',
      'a/data.h5',
    ]) {
      put(path);
    }
    const prefix = 'arcp://name,crates.als/';
    expect(directoryPrefix('ALS', 'Crates')).toBe(prefix);
    expect(await listed()).toEqual({
      complete: true,
      urls: [
        `${prefix}a/b%20c/%C3%BC/ro-crate-metadata.json`,
        `${prefix}ro-crate-metadata.json`,
        `${prefix}run7-ro-crate-metadata.json`,
        `${prefix}z/ro-crate-metadata.json`,
      ],
      refs: expect.arrayContaining([{ url: `${prefix}ro-crate-metadata.json` }]),
      problems: [],
    });
  });

  it('without crates is complete; without anything it is not', async () => {
    expect(await listed()).toMatchObject({
      urls: [],
      complete: false,
      problems: [{ code: 'unreachable', message: expect.stringContaining('unmounted') }],
    });
    put('data.h5');
    expect(await listed()).toMatchObject({ urls: [], complete: true });
  });

  it('that is not there, or is no folder, is unreachable', async () => {
    rmSync(root, { recursive: true });
    expect(await source().list({ since: null })).toMatchObject({
      ok: false,
      failure: { code: 'unreachable' },
    });
    writeFileSync(root, 'a file');
    expect(await source().list({ since: null })).toMatchObject({
      ok: false,
      failure: { code: 'unreachable' },
    });
  });

  it('is cut by its limits, and says so', async () => {
    put('a/b/c/ro-crate-metadata.json');
    put('a/ro-crate-metadata.json');
    expect(await listed({ maxDepth: 2 })).toMatchObject({
      complete: false,
      urls: { length: 1 },
      problems: [{ code: 'too_large', where: 'a/b/c' }],
    });
    expect(await listed({ maxDepth: 3 })).toMatchObject({ complete: true, urls: { length: 2 } });
    expect(await listed({ maxEntries: 2 })).toMatchObject({ complete: false });
    expect(await listed({ maxEntries: 5 })).toMatchObject({ complete: true });
  });

  it('that is called off is not complete', async () => {
    put('a/ro-crate-metadata.json');
    expect(await source().list({ since: null, signal: AbortSignal.abort() })).toMatchObject({
      ok: true,
      value: { complete: false, problems: [{ code: 'timed_out' }] },
    });
  });

  it.skipIf(process.getuid?.() === 0)('with a part that cannot be read is not complete', async () => {
    put('open/ro-crate-metadata.json');
    put('closed/ro-crate-metadata.json');
    chmodSync(join(root, 'closed'), 0);
    try {
      expect(await listed()).toMatchObject({
        complete: false,
        urls: { length: 1 },
        problems: [{ code: 'upstream_denied', where: 'closed' }],
      });
    } finally {
      chmodSync(join(root, 'closed'), 0o700);
    }
  });

  it('does not follow links to folders, in circles or out', async () => {
    put('a/ro-crate-metadata.json');
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(base, 'outside/ro-crate-metadata.json'), '{}');
    symlinkSync('.', join(root, 'a/again'));
    symlinkSync('../../outside', join(root, 'a/out'));
    expect((await listed()).urls).toEqual(['arcp://name,crates.als/a/ro-crate-metadata.json']);
  });

  it('shows a document that is a link out of it as a failure, not as a crate', async () => {
    writeFileSync(join(base, 'secret.json'), '{"secret":true}');
    symlinkSync('../secret.json', join(root, 'ro-crate-metadata.json'));
    const { refs } = await listed();
    expect(refs).toHaveLength(1);
    for (const ref of refs) {
      expect(await source().fetch(ref, null)).toMatchObject({ ok: false, failure: { code: 'outside_root' } });
    }
  });

  it('hands out what it lists', async () => {
    put('a b/50%/ro-crate-metadata.json', '{"a":1}');
    const { refs } = await listed();
    for (const ref of refs) {
      const fetched = await source().fetch(ref, null);
      expect(fetched).toMatchObject({ ok: true, value: { url: ref.url, mediaType: 'application/ld+json' } });
      expect(fetched).toMatchObject({ value: { bytes: Buffer.from('{"a":1}') } });
    }
    expect(refs).toHaveLength(1);
  });

  it('costs one stat where nothing changed, and tells every change by its tag', async () => {
    const url = 'arcp://name,crates.als/ro-crate-metadata.json';
    const later = new Date(Date.now() + 60_000);
    const fetch = async (known: string | null) => {
      const known_ = { etag: known, lastModified: null };
      const fetched = await source({}, later).fetch({ url }, known_);
      if (!fetched.ok) throw new Error(fetched.failure.code);
      return fetched.value;
    };
    put('ro-crate-metadata.json', '{"a":1}');
    const first = await fetch(null);
    if (first.kind !== 'document') throw new Error('nothing was known of it');
    expect(first.etag).toMatch(/^"[\d-]+"$/);
    expect(await fetch(first.etag)).toEqual({ kind: 'not-modified' });

    // the same length, and the time put back
    const at = new Date(first.lastModified ?? '');
    utimesSync(join(root, 'ro-crate-metadata.json'), at, at);
    put('ro-crate-metadata.json', '{"a":2}');
    utimesSync(join(root, 'ro-crate-metadata.json'), at, at);
    const second = await fetch(first.etag);
    expect(second).toMatchObject({ kind: 'document', bytes: Buffer.from('{"a":2}') });
  });

  it('holds crates in zips, which are known by their names; other zips are data and stay closed', async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from('{"a":1}'), 'export/ro-crate-metadata.json');
    zip.end();
    const bytes = await buffer(zip.outputStream);
    const names = ['a/lab.eln', 'a/w.crate.zip', 'a/ro-crate.zip', 'a/run7-ro-crate.zip'];
    for (const name of [...names, 'a/data.zip', 'a/xcrate.zip', 'a/xro-crate.zip']) put(name, bytes);
    put('a/broken.eln', 'no zip');
    const { urls } = await listed();
    expect(urls).toEqual([...names, 'a/broken.eln'].sort().map((name) => `arcp://name,crates.als/${name}`));
    const later = source({}, new Date(Date.now() + 60_000));
    const fetched = await later.fetch({ url: 'arcp://name,crates.als/a/lab.eln' }, null);
    expect(fetched).toMatchObject({
      ok: true,
      value: { bytes: Buffer.from('{"a":1}'), url: expect.stringMatching(/^arcp:\/\/uuid,/) },
    });
    if (!fetched.ok || fetched.value.kind !== 'document') return;
    const again = await later.fetch({ url: 'arcp://name,crates.als/a/lab.eln' }, fetched.value);
    expect(again).toEqual({ ok: true, value: { kind: 'not-modified' } });
    expect(await later.fetch({ url: 'arcp://name,crates.als/a/broken.eln' }, null)).toMatchObject({
      ok: false,
      failure: { where: 'a/broken.eln' },
    });
  });

  it('gives no tag to a file that changed a moment ago, since it may change again within the same tick', async () => {
    put('ro-crate-metadata.json');
    const url = 'arcp://name,crates.als/ro-crate-metadata.json';
    expect(await source().fetch({ url }, null)).toMatchObject({ ok: true, value: { etag: null } });
  });

  it.each([
    ['arcp://name,crates.als/../secret', 'outside_root'],
    ['arcp://name,crates.als/%2e%2e/secret', 'outside_root'],
    ['arcp://name,crates.als/a%2f..%2f..%2fsecret', 'outside_root'],
    ['arcp://name,other.als/ro-crate-metadata.json', 'outside_root'],
    ['https://example.org/ro-crate-metadata.json', 'outside_root'],
    ['arcp://name,crates.als/none/ro-crate-metadata.json', 'upstream_missing'],
    ['arcp://name,crates.als/large.json', 'too_large'],
  ])('does not hand out %s', async (url, code) => {
    writeFileSync(join(base, 'secret'), '{}');
    put('large.json', 'x'.repeat(1001));
    expect(await source().fetch({ url }, null)).toMatchObject({ ok: false, failure: { code } });
  });

  it('names documents so that its implied storage rule finds them again', async () => {
    const rule: StorageRule = {
      prefix: directoryPrefix('ALS', 'Crates'),
      facility: 'ALS',
      target: { kind: 'file', root },
      sources: ['ALS/Crates'],
    };
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((s) => !/[/\\\p{Cc}\p{Cs}]/u.test(s) && !['.', '..'].includes(s) && Buffer.byteLength(s) < 200);
    await fc.assert(
      fc.asyncProperty(name, async (folder) => {
        put(`${folder}/ro-crate-metadata.json`);
        const { refs } = await listed();
        const ref = refs[0];
        expect(refs).toHaveLength(1);
        if (ref === undefined) return;
        expect(ruleFor([rule], ref.url)).toBe(rule);
        expect(targetFor(rule, ref.url)).toEqual({
          ok: true,
          value: { kind: 'file', root, path: `${folder}/ro-crate-metadata.json` },
        });
        expect((await source().fetch(ref, null)).ok).toBe(true);
        rmSync(join(root, folder), { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});
