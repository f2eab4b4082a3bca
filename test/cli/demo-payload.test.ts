import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadOf, readCrates, withTrueDigests } from '../../crates/update-digests.ts';
import { generatePayload, payloadPath, provePayload, writePayload } from '../../src/cli/demo/payload.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../src/model/json.ts';

const CRATES = join(import.meta.dirname, '../../crates');
const MEBIBYTE = 1024 * 1024;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crate-bridge-payload-'));
  await writePayload(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every File entity of every example crate. */
function declaredFiles() {
  return readCrates(CRATES).flatMap(({ name, text }) => {
    const document: JsonValue = JSON.parse(text);
    const graph = isJsonObject(document) ? document['@graph'] : null;
    return (isJsonArray(graph) ? graph : []).flatMap((entity) => {
      const path = payloadOf(name, entity);
      return path === null || !isJsonObject(entity) ? [] : [{ name, path, entity }];
    });
  });
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

describe('the example crates and their payload', () => {
  it('declare the size and digest that the bytes on disk have', async () => {
    const files = declaredFiles();
    expect(files.length).toBeGreaterThanOrEqual(19);
    for (const { path, entity } of files) {
      const bytes = await readFile(join(folder, path));
      expect({ path, size: Number(entity['contentSize']), sha256: entity['sha256'] }).toEqual({
        path,
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  });

  it('leave no payload unreferenced, and reference each once', async () => {
    const referenced = declaredFiles()
      .map(({ path }) => path)
      .sort();
    expect(referenced).toEqual(await filesBelow(folder));
  });

  it('are what update-digests would write', () => {
    const payload = provePayload();
    for (const { name, text } of readCrates(CRATES)) {
      expect(withTrueDigests(name, text, payload)).toBe(text);
    }
  });

  it('have a file each that streaming treats differently: empty, small, beyond a mebibyte', () => {
    const sizes = [...provePayload().values()].map(({ size }) => size);
    expect(sizes).toContain(0);
    expect(sizes.some((size) => size > 0 && size < MEBIBYTE)).toBe(true);
    expect(sizes.some((size) => size > 2 * MEBIBYTE)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12 * MEBIBYTE);
  });
});

describe('generatePayload', () => {
  it('makes the same bytes every time', () => {
    expect(provePayload()).toEqual(provePayload());
  });

  it('makes curves with falling intensity and positive errors', () => {
    const rows = textOf('storage/12.3.1/2024-05-16/processed/run041_LYZ-42_merged.dat')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.trim().split(/\s+/).map(Number));
    expect(rows).toHaveLength(520);
    for (const [q = NaN, , sigma = NaN] of rows) expect(q > 0 && sigma > 0).toBe(true);
    expect(rows[0]?.[1]).toBeGreaterThan(20 * (rows[400]?.[1] ?? NaN));
  });

  it('makes a map that a reader of MRC2014 finds whole', () => {
    const bytes = contentOf('crates/emsl-krios-cryoem-2024-07-11/map/J42_apoferritin_sharp.mrc');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [nx, ny, nz, mode] = [0, 4, 8, 12].map((offset) => view.getInt32(offset, true));
    expect([nx, ny, nz, mode]).toEqual([92, 92, 92, 2]);
    expect(Buffer.from(bytes.subarray(208, 212)).toString()).toBe('MAP ');
    expect(bytes.length).toBe(1024 + 4 * 92 * 92 * 92);
    const [dmin, dmax, dmean] = [76, 80, 84].map((offset) => view.getFloat32(offset, true));
    expect(dmin).toBeLessThan(dmean ?? NaN);
    expect(dmax).toBeGreaterThan(0.9);
  });

  it('makes an MTZ whose header lies where its pointer says', () => {
    const bytes = Buffer.from(contentOf('crates/ssrl-bl12-1-mx-2024-06-02/merged/LYZ-42_1.mtz'));
    expect(bytes.toString('latin1', 0, 4)).toBe('MTZ ');
    const header = bytes.toString('latin1', 4 * (bytes.readInt32LE(4) - 1));
    expect(header.startsWith('VERS MTZ:V1.1')).toBe(true);
    const [, columns, reflections] = /NCOL (\d+) (\d+) 0/.exec(header) ?? [];
    expect(4 * (bytes.readInt32LE(4) - 21)).toBe(4 * Number(columns) * Number(reflections));
    expect(header).toMatch(/MTZENDOFHEADERS\s*$/);
  });
});

describe('payloadPath', () => {
  it('places the facility namespace below storage and relative references beside the crate', () => {
    expect(payloadPath('a', 'sibyls://als/12.3.1/x%20y.dat')).toBe('storage/12.3.1/x y.dat');
    expect(payloadPath('a', 'map/b.mrc')).toBe('crates/a/map/b.mrc');
  });

  it('has no place for what lies elsewhere or is only a name', () => {
    for (const reference of ['https://example.org/x', '/x', '#x', 'urn:uuid:1']) {
      expect(payloadPath('a', reference)).toBeNull();
    }
  });
});

function contentOf(path: string): Uint8Array {
  const file = generatePayload().find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`no payload ${path}`);
  return file.content;
}

function textOf(path: string): string {
  return new TextDecoder().decode(contentOf(path));
}
