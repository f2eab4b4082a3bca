import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pointer } from '../../src/model/pointer.ts';
import { createHttpClient } from '../../src/net/client.ts';
import { fileScheme } from '../../src/storage/file.ts';
import { httpScheme } from '../../src/storage/http.ts';
import { openProven } from '../../src/storage/open.ts';
import { sha256 } from '../support/origin.ts';

let base: string;
let root: string;
beforeEach(() => {
  base = mkdtempSync(join(realpathSync(tmpdir()), 'storage-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'run'), { recursive: true });
  writeFileSync(join(root, 'run/image 1.cbf'), 'pixels');
  writeFileSync(join(base, 'secret'), 'not yours');
  mkdirSync(join(base, 'root-beside'));
  writeFileSync(join(base, 'root-beside/x'), 'not yours');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function read(path: string, from = root) {
  const opened = await fileScheme().open({ kind: 'file', root: from, path }, new AbortController().signal);
  if (!opened.ok) return opened;
  const bytes = Buffer.concat(await opened.value.body.toArray());
  return { ok: true, text: bytes.toString(), length: opened.value.contentLength };
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('a file beneath its root', () => {
  it('is read', async () => {
    expect(await read('run/image 1.cbf')).toEqual({ ok: true, text: 'pixels', length: 6 });
  });

  it('is read through links that stay within the root, and through a root that is a link', async () => {
    symlinkSync('run', join(root, 'latest'));
    symlinkSync(root, join(base, 'mount'));
    expect(await read('latest/image 1.cbf')).toMatchObject({ text: 'pixels' });
    expect(await read('latest/image 1.cbf', join(base, 'mount'))).toMatchObject({ text: 'pixels' });
  });

  it.each(['../secret', '../root-beside/x', 'run/../../secret', '.', '', 'run', '..'])(
    'is never %j',
    async (path) => {
      expect(await read(path)).toMatchObject({ ok: false, failure: { code: 'outside_root' } });
    },
  );

  it('is not found through a link that leads out', async () => {
    symlinkSync('../secret', join(root, 'file-link'));
    symlinkSync('..', join(root, 'folder-link'));
    symlinkSync('/etc', join(root, 'run/etc'));
    for (const path of ['file-link', 'folder-link/secret', 'folder-link/root-beside/x', 'run/etc/passwd']) {
      const answer = await read(path);
      expect(answer).toMatchObject({ ok: false, failure: { code: 'outside_root' } });
      expect(JSON.stringify(answer)).not.toContain(base);
    }
  });

  it('is no FIFO, and asking for one does not wait', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await read('pipe')).toMatchObject({ ok: false, failure: { code: 'outside_root' } });
  });

  it('that is missing, and a root that is missing, are told apart', async () => {
    expect(await read('run/none')).toMatchObject({
      failure: { code: 'upstream_missing', where: 'run/none' },
    });
    expect(await read('run/image 1.cbf/x')).toMatchObject({ failure: { code: 'upstream_missing' } });
    expect(await read('x', join(base, 'not-mounted'))).toMatchObject({ failure: { code: 'unreachable' } });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is denied', async () => {
    chmodSync(join(root, 'run/image 1.cbf'), 0);
    expect(await read('run/image 1.cbf')).toMatchObject({ failure: { code: 'upstream_denied' } });
  });

  it.skipIf(process.platform !== 'linux')('leaves no file open, however it goes', async () => {
    const before = openFiles();
    for (let turn = 0; turn < 20; turn++) {
      await read('run/image 1.cbf');
      await read('run');
      await read('../secret');
    }
    expect(openFiles()).toBeLessThanOrEqual(before + 1);
  });

  it('is another file when a folder becomes a link on the way', async () => {
    // Whichever of the two wins, the bytes are never those outside.
    mkdirSync(join(base, 'trap'));
    writeFileSync(join(base, 'trap/image 1.cbf'), 'not yours');
    for (let turn = 0; turn < 50; turn++) {
      const reading = read('run/image 1.cbf');
      renameSync(join(root, 'run'), join(root, 'aside'));
      symlinkSync(join(base, 'trap'), join(root, 'run'));
      const answer = await reading;
      expect(JSON.stringify(answer)).not.toContain('not yours');
      rmSync(join(root, 'run'));
      renameSync(join(root, 'aside'), join(root, 'run'));
    }
  });
});

describe('a pointer to a file', () => {
  const http = createHttpClient({ allow: [] });
  const schemes = { http: httpScheme(http), file: fileScheme() };
  const options = { signal: new AbortController().signal, allowUnverified: false };

  function pointer(content: Buffer): Pointer {
    return {
      id: '5b1c2f0e-0000-5000-8000-000000000002',
      file_iri: 'arcp://name,crates.als/run/x',
      storage_uri: 'arcp://name,crates.als/run/x',
      sha256: sha256(content),
      file_size_bytes: content.length,
    };
  }

  it('is proven like any other', async () => {
    const content = Buffer.alloc(3_000_000, 'frames ');
    writeFileSync(join(root, 'run/x'), content);
    const opened = await openProven(
      pointer(content),
      { kind: 'file', root, path: 'run/x' },
      schemes,
      options,
    );
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(Buffer.concat(await opened.value.body.toArray()).equals(content)).toBe(true);
    expect(await opened.value.proof).toMatchObject({ outcome: 'verified' });
  });

  it('that has grown since, or grows meanwhile, does not come out', async () => {
    const content = Buffer.alloc(3_000_000, 'frames ');
    writeFileSync(join(root, 'run/x'), content);
    const target = { kind: 'file', root, path: 'run/x' } as const;
    const opened = await openProven(pointer(content), target, schemes, options);
    if (!opened.ok) throw new Error(opened.failure.message);
    appendFileSync(join(root, 'run/x'), 'more');
    await expect(opened.value.body.toArray()).rejects.toMatchObject({ failure: { code: 'trailing_data' } });

    const again = await openProven(pointer(content), target, schemes, options);
    expect(again).toMatchObject({ ok: false, failure: { code: 'size_mismatch' } });
  });

  it('rewritten with other bytes of the same size does not come out', async () => {
    writeFileSync(join(root, 'run/x'), 'pixels');
    const asked = pointer(Buffer.from('pixelz'));
    const opened = await openProven(asked, { kind: 'file', root, path: 'run/x' }, schemes, options);
    expect(opened).toMatchObject({ ok: false, failure: { code: 'checksum_mismatch' } });
  });
});
