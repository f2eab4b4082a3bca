import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, listAll, registerAll, tokenFor, value } from './answers.ts';
import { crate, type FileSaid, SHA_A, SHA_B } from './crates.ts';

let fresh: FreshRegistry;
let registry: Registry;

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
});
afterAll(() => fresh.dispose());

const withFile = (name: string, file: Partial<FileSaid>, more: { facility?: string } = {}) =>
  crate({ name, files: [{ name: 'a.dat', ...file }], ...more });

async function pointersOf(crateName: string) {
  const { items } = await listAll(registry, 'files', {
    crate: [`https://data.example/${encodeURIComponent(crateName)}/`],
  });
  return items;
}

async function only(crateName: string) {
  const [file, ...more] = await pointersOf(crateName);
  if (file === undefined || more.length > 0) throw new Error(`${crateName} has not one file`);
  return file;
}

describe('a pointer', () => {
  it('is the same wherever and whenever it is said', async () => {
    await registerAll(registry, withFile('same 1', { iri: 'https://data.example/shared/a.dat' }));
    const first = await only('same 1');
    await registerAll(registry, withFile('same 2', { iri: 'https://data.example/shared/a.dat' }));
    const { items } = await listAll(registry, 'files', {
      storage_uri: ['https://data.example/shared/a.dat'],
    });
    expect(items.map(({ id }) => id)).toEqual([first.id]);
    expect(items[0]).toMatchObject({ other_claims: 1, conflicts: [], sources: ['als/nightly'] });
  });

  it('without a checksum is refined, not contradicted, by one with it', async () => {
    const file = { iri: 'https://data.example/refined/a.dat' };
    await registerAll(registry, withFile('refine', { ...file, sha256: null }));
    const bare = await only('refine');
    await registerAll(registry, withFile('refine', { ...file, sha256: SHA_A }));
    const full = await only('refine');
    expect(full.id).not.toBe(bare.id);
    expect(full.entity_id).toBe(bare.entity_id);
    const old = value(await registry.pointer(bare.id, OPERATOR));
    expect(old).toMatchObject({ state: 'superseded', successor: { id: full.id, sha256: SHA_A } });
    expect(old.pointer.sha256).toBeNull();

    // another crate that knows less does not disagree
    await registerAll(registry, withFile('knows less', { ...file, sha256: null }));
    const both = [...(await pointersOf('refine')), ...(await pointersOf('knows less'))];
    expect(both.map(({ conflicts }) => conflicts)).toEqual([[], []]);
    expect(value(await registry.pointer(bare.id, OPERATOR)).state).toBe('current');
  });

  it('is superseded when the file has other bytes, and its old id keeps answering', async () => {
    await registerAll(registry, withFile('other bytes', { sha256: SHA_A }));
    const before = await only('other bytes');
    await registerAll(registry, withFile('other bytes', { sha256: SHA_B, size: 101 }));
    const after = await only('other bytes');
    expect(after.conflicts).toEqual([]);
    const old = value(await registry.get('files', before.id, OPERATOR));
    expect(old).toMatchObject({ id: before.id, sha256: SHA_A, file_size_bytes: 100, successor: after.id });
    expect(value(await registry.get('files', after.id, OPERATOR)).successor).toBeNull();
    const record = value(await registry.pointer(before.id, OPERATOR));
    expect(record).toMatchObject({ state: 'superseded', sources: ['als/nightly'] });
    expect(record.successor?.id).toBe(after.id);

    await registerAll(registry, withFile('other bytes', { sha256: SHA_A }));
    expect(value(await registry.pointer(before.id, OPERATOR))).toMatchObject({
      state: 'current',
      successor: null,
    });
    expect(value(await registry.pointer(after.id, OPERATOR)).successor?.id).toBe(before.id);
  });

  it('is in conflict with another of the same file that a current crate says', async () => {
    const file = { iri: 'https://data.example/disputed/a.dat' };
    await registerAll(
      registry,
      withFile('dispute 1', { ...file, sha256: SHA_A }),
      withFile('dispute 2', { ...file, sha256: SHA_B }),
    );
    const a = await only('dispute 1');
    const b = await only('dispute 2');
    expect(a.conflicts).toEqual([{ code: 'disagreement', message: expect.any(String), pointers: [b.id] }]);
    expect(b.conflicts[0]?.pointers).toEqual([a.id]);
    expect(value(await registry.pointer(a.id, OPERATOR)).disagreements).toEqual([b.id]);
    expect(
      value(await registry.pointersAt(file.iri, OPERATOR))
        .map(({ pointer }) => pointer.id)
        .toSorted(),
    ).toEqual([a.id, b.id].toSorted());

    // settled when the one who was wrong says so
    await registerAll(registry, withFile('dispute 2', { ...file, sha256: SHA_A }));
    expect((await only('dispute 1')).conflicts).toEqual([]);
    expect(value(await registry.pointer(b.id, OPERATOR)).successor?.id).toBe(a.id);
  });

  it('wins as the newest explicit word, and an implied one never does', async () => {
    const iri = 'https://data.example/order/a.dat';
    const uri = 'https://data.example/order/place';
    const at = (name: string, sha256: string, now: string, implied = false) =>
      crate({ name, implied, files: [{ name: 'a.dat', iri, uri, sha256 }] }, { now });
    await registerAll(
      registry,
      at('order 1', SHA_A, '2026-01-01T00:00:00Z'),
      at('order 2', SHA_B, '2026-01-02T00:00:00Z'),
      at('order 3', 'c3'.repeat(32), '2026-01-03T00:00:00Z', true),
    );
    const found = value(await registry.pointersAt(uri, OPERATOR));
    expect(found.map(({ pointer }) => pointer.sha256?.slice(0, 2))).toEqual(['b2', 'a1', 'c3']);
  });

  it('is nobody else’s business: an id a caller may not see is as unknown as one that is none', async () => {
    await registerAll(registry, withFile('private', {}, { facility: 'diamond' }));
    const { id } = await only('private');
    const stranger = tokenFor({ facilities: ['als'] });
    const unknown = '00000000-0000-5000-8000-000000000000';
    for (const asked of [id, unknown, 'no-uuid', '', '../../etc']) {
      const failures = [
        failureOf(await registry.pointer(asked, stranger)),
        failureOf(await registry.get('files', asked, stranger)),
      ];
      for (const failure of failures) {
        expect(failure).toEqual({ code: 'not_found', message: expect.any(String), found: asked });
      }
      expect(new Set(failures.map(({ message }) => message)).size).toBe(1);
    }
    expect(value(await registry.pointersAt('https://data.example/private/a.dat', stranger))).toEqual([]);
  });

  it('says whether the content is the caller’s, apart from the metadata', async () => {
    await registerAll(registry, withFile('content', {}));
    const { id } = await only('content');
    const reader = tokenFor({ facilities: ['als'] });
    expect(value(await registry.pointer(id, reader)).contentAllowed).toBe(false);
    const all = { ...reader, content: { kind: 'some', facilities: ['als'], proposals: [] } as const };
    expect(value(await registry.pointer(id, all)).contentAllowed).toBe(true);
  });
});

describe('verifications', () => {
  it('are shown as the last proof of a file', async () => {
    await registerAll(registry, withFile('proven', {}));
    const { id, storage_uri, verification } = await only('proven');
    expect(verification).toBeNull();
    const attempt = {
      pointer_id: id,
      storage_uri: storage_uri ?? '',
      sha256_expected: SHA_A,
      size_expected: 100,
      failure_code: null,
      caller: 'operator',
      door: 'cli',
      started_at: '2026-03-02T00:00:00.000Z',
    } as const;
    value(
      await registry.recordVerification({
        ...attempt,
        outcome: 'mismatch',
        sha256_found: SHA_B,
        bytes_read: 100,
        finished_at: '2026-03-02T00:00:01.000Z',
      }),
    );
    value(
      await registry.recordVerification({
        ...attempt,
        outcome: 'verified',
        sha256_found: SHA_A,
        bytes_read: 100,
        finished_at: '2026-03-02T00:00:02.500Z',
      }),
    );
    expect((await only('proven')).verification).toEqual({
      outcome: 'verified',
      at: '2026-03-02T00:00:02.500Z',
    });
  });
});
