import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, listAll, registerAll, value } from './answers.ts';
import { type CrateSaid, crate, SHA_A, SHA_B } from './crates.ts';
import { onDatabase } from './sql.ts';

let fresh: FreshRegistry;
let registry: Registry;
let count = 0;

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
});
afterAll(() => fresh.dispose());

/** Another crate for every test of one database. */
let said: CrateSaid;
beforeEach(() => {
  count += 1;
  said = {
    name: `crate ${count}`,
    proposal: `P-${count}`,
    instruments: ['12.3.1'],
    samples: [{ code: 'GluRS' }],
    runs: [{ code: 'run-1', technique: 'saxs' }],
    files: [{ name: 'a.dat' }, { name: 'b.dat', size: 50, sha256: SHA_B }],
    persons: ['https://orcid.org/0000-0002-1825-0097'],
    missing: ['concentration'],
  };
});

const iriOf = (name: string) => `https://data.example/${encodeURIComponent(name)}/`;

async function current(name: string) {
  return value(await registry.get('crates', iriOf(name), OPERATOR));
}

describe('registering a crate', () => {
  it('writes its rows by kind and says how many bytes it points at', async () => {
    const answer = value(await registry.register(crate(said)));
    expect(answer.outcome).toBe('registered');
    expect(answer.rows).toEqual({
      instrument: 1,
      sample: 1,
      experiment_run: 1,
      data_file: 2,
      person: 1,
      proposal: 1,
      association: 3,
      declared_missing: 1,
    });
    expect(answer.bytesReferenced).toBe(150);
    const shown = await current(said.name);
    expect(shown).toMatchObject({ state: 'current', version: 1, runs: 1, files: 2, bytes_referenced: 150 });
    expect(shown.persons).toEqual([expect.objectContaining({ name: 'Ada Lovelace', role: 'author' })]);
    expect(shown.declared_missing).toEqual([expect.objectContaining({ field: 'concentration' })]);
  });

  it('says unchanged of the same documents and writes nothing', async () => {
    const first = value(await registry.register(crate(said, { now: '2026-03-01T12:00:00Z' })));
    const again = value(await registry.register(crate(said, { now: '2026-04-01T12:00:00Z' })));
    expect(again).toEqual({ ...first, outcome: 'unchanged' });
    expect((await current(said.name)).registered_at).toBe('2026-03-01T12:00:00.000Z');
  });

  it('replaces rows in place when the checker or the mapper is another', async () => {
    await registerAll(registry, crate(said));
    expect(value(await registry.register(crate(said, { mapper: 'mapper/2' }))).outcome).toBe('updated');
    expect(value(await registry.register(crate(said, { mapper: 'mapper/2' }))).outcome).toBe('unchanged');
    expect(
      value(await registry.register(crate(said, { mapper: 'mapper/2', checker: 'checker/2' }))).outcome,
    ).toBe('updated');
    const shown = await current(said.name);
    expect(shown.versions).toHaveLength(1);
    expect((await listAll(registry, 'files', { crate: [shown.id] })).items).toHaveLength(2);
  });

  it('makes other documents another version, and the former superseded', async () => {
    await registerAll(registry, crate(said));
    const answer = value(
      await registry.register(crate({ ...said, files: [{ name: 'a.dat' }, { name: 'c.dat' }] })),
    );
    expect(answer.outcome).toBe('updated');
    const shown = await current(said.name);
    expect(shown.versions.map(({ number, state }) => [number, state])).toEqual([
      [1, 'superseded'],
      [2, 'current'],
    ]);
    const { items } = await listAll(registry, 'files', { crate: [shown.id] });
    expect(items.map((file) => file.file_name)).toEqual(['a.dat', 'c.dat']);
  });

  it('makes a version whose documents come back current again', async () => {
    const [first] = await registerAll(registry, crate(said), crate({ ...said, files: [{ name: 'c.dat' }] }));
    const back = value(await registry.register(crate(said)));
    expect(back.outcome).toBe('updated');
    expect(back.crateVersionId).toBe(first?.crateVersionId);
    const shown = await current(said.name);
    expect(shown).toMatchObject({ version: 1, state: 'current' });
    const { items } = await listAll(registry, 'files', { crate: [shown.id] });
    expect(items.map((file) => file.file_name)).toEqual(['a.dat', 'b.dat']);
    expect(value(await registry.register(crate(said))).outcome).toBe('unchanged');
  });

  it('answers a preview as register would, and writes nothing', async () => {
    const planned = value(await registry.preview(crate(said)));
    expect(failureOf(await registry.get('crates', iriOf(said.name), OPERATOR)).code).toBe('not_found');
    expect(value(await registry.register(crate(said)))).toEqual(planned);
    const changed = crate({ ...said, files: [] });
    expect(value(await registry.preview(changed)).outcome).toBe('updated');
    expect((await current(said.name)).versions).toHaveLength(1);
  });

  it('refuses text no database holds, whole', async () => {
    for (const text of ['a\0b', 'half \ud800']) {
      const failed = failureOf(
        await registry.register(crate({ ...said, properties: { note: { deep: [text] } } })),
      );
      expect(failed.code).toBe('unreadable');
      expect(failureOf(await registry.get('crates', iriOf(said.name), OPERATOR)).code).toBe('not_found');
    }
    const escaped = crate({ ...said, properties: { path: 'C:\\u0000\\ud800' } });
    expect(value(await registry.register(escaped)).outcome).toBe('registered');
  });

  it('keeps apart what one place of a document says twice', async () => {
    const twice = { ...said, runs: [], instruments: [], files: [{ name: 'x' }, { name: 'x' }] };
    const registration = crate(twice);
    const [file] = registration.rows?.data_files ?? [];
    if (registration.rows === null || file === undefined) throw new Error('no file');
    const answer = value(
      await registry.register({ ...registration, rows: { ...registration.rows, data_files: [file, file] } }),
    );
    expect(answer.rows['data_file']).toBe(2);
    expect(answer.bytesReferenced).toBe(100);
  });

  it('registers a storage_uri longer than an index entry may be', async () => {
    const uri = `https://data.example/${'x'.repeat(9_000)}?${SHA_A}${Math.random()}`;
    const answer = value(await registry.register(crate({ ...said, files: [{ name: 'x', uri }] })));
    expect(answer.outcome).toBe('registered');
    expect(value(await registry.pointersAt(uri, OPERATOR))).toHaveLength(1);
  });
});

describe('a crate that does not hold', () => {
  it('waits in quarantine without rows, and is unchanged under the same checker', async () => {
    const bad = value(await registry.register(crate(said, { quarantined: true })));
    expect(bad).toMatchObject({ outcome: 'quarantined', rows: {} });
    expect(value(await registry.register(crate(said, { quarantined: true }))).outcome).toBe('unchanged');
    expect(
      value(await registry.register(crate(said, { quarantined: true, checker: 'checker/2' }))).outcome,
    ).toBe('quarantined');
    expect(await current(said.name)).toMatchObject({ state: 'quarantined', conformant: false });
  });

  it('is registered once its checker lets it pass', async () => {
    await registerAll(registry, crate(said, { quarantined: true }));
    expect(value(await registry.register(crate(said, { checker: 'checker/2' }))).outcome).toBe('registered');
    expect(await current(said.name)).toMatchObject({ state: 'current', version: 1, files: 2 });
  });

  it('never loses what was there before', async () => {
    await registerAll(registry, crate(said));
    const broken = { ...said, files: [{ name: 'broken.dat' }] };
    expect(value(await registry.register(crate(broken, { quarantined: true }))).outcome).toBe('quarantined');
    const shown = await current(said.name);
    expect(shown).toMatchObject({ state: 'current', version: 1, files: 2 });
    const states = (await listAll(registry, 'crates', { crate: [shown.id] })).items.map((c) => c.state);
    expect(states.toSorted()).toEqual(['current', 'quarantined']);
  });

  it('leaves quarantine when the facility puts the good documents back', async () => {
    await registerAll(registry, crate(said), crate({ ...said, files: [] }, { quarantined: true }));
    expect(value(await registry.register(crate(said))).outcome).toBe('updated');
    const { id } = await current(said.name);
    const left = await listAll(registry, 'crates', { crate: [id] });
    expect(left.items.map(({ state }) => state)).toEqual(['current']);
    expect(value(await registry.register(crate(said))).outcome).toBe('unchanged');
  });

  it('keeps rows of documents a stricter checker no longer lets pass, without calling them conformant', async () => {
    await registerAll(registry, crate(said));
    const stricter = crate(said, { quarantined: true, checker: 'checker/2' });
    expect(value(await registry.register(stricter)).outcome).toBe('quarantined');
    expect(value(await registry.register(stricter)).outcome).toBe('unchanged');
    expect(await current(said.name)).toMatchObject({ state: 'current', conformant: false, files: 2 });
  });
});

describe('a crate two sources list', () => {
  it('gains a location where the documents are the same', async () => {
    await registerAll(registry, crate(said));
    const mirror = crate({ ...said, source: 'mirror' }, { url: `https://mirror.example/${count}` });
    expect(value(await registry.register(mirror)).outcome).toBe('unchanged');
    const shown = await current(said.name);
    expect(shown.locations.map(({ source }) => source)).toEqual(['mirror', 'nightly']);
    expect(shown.source).toBe('nightly');
  });

  it('is a conflict where they differ, and says whose word counts', async () => {
    await registerAll(registry, crate(said));
    const other = crate({ ...said, facility: 'diamond', source: 'copy', files: [] });
    const answer = value(await registry.register(other));
    expect(answer).toMatchObject({ outcome: 'conflict', rows: {} });
    expect(answer.findings.map((finding) => finding.message).join()).toContain('als/nightly');
    const shown = await current(said.name);
    expect(shown.versions).toHaveLength(1);
    expect(shown.locations).toHaveLength(1);
    expect(value(await registry.register(other)).outcome).toBe('conflict');
  });
});

describe('a crate whose source lost it', () => {
  it('is the next source’s that has it', async () => {
    await registerAll(registry, crate(said));
    await onDatabase(fresh, (db) =>
      db.execute(sql`UPDATE crate_location SET gone_at = '2026-03-02' WHERE crate_id =
        (SELECT id FROM crate WHERE iri = ${iriOf(said.name)})`),
    );
    const heir = crate({ ...said, source: 'renamed', files: [{ name: 'c.dat' }] });
    expect(value(await registry.register(heir)).outcome).toBe('updated');
    expect(await current(said.name)).toMatchObject({ source: 'renamed', version: 2, files: 1 });
    expect(value(await registry.register(crate(said))).outcome).toBe('conflict');
  });
});

describe('a known document', () => {
  it('is known by its place with the version it is, and what that was judged by', async () => {
    const registration = crate(said, { etag: '"1"' });
    const [registered] = await registerAll(registry, registration);
    const { url } = registration.location;
    const known = value(await registry.knownLocations('als', 'nightly', [url, 'https://elsewhere.example/']));
    expect([...known.keys()]).toEqual([url]);
    expect(known.get(url)).toMatchObject({
      crateIri: registration.crateIri,
      crateVersionId: registered?.crateVersionId,
      state: 'current',
      etag: '"1"',
      sha256: registration.location.sha256,
      checkerVersion: 'checker/1',
      mapperVersion: 'mapper/1',
      context: registration.context,
      bytesReferenced: 150,
      authority: { facility: 'als', source: 'nightly', present: true, relayed: false },
      gone: false,
      misjudged: false,
    });
    expect(value(await registry.knownLocations('als', 'mirror', [url])).size).toBe(0);
    const changed = crate({ ...said, files: [] });
    const [second] = await registerAll(registry, changed);
    expect(value(await registry.knownLocations('als', 'nightly', [url])).get(url)).toMatchObject({
      crateVersionId: second?.crateVersionId,
      sha256: changed.location.sha256,
    });
  });
});

describe('a crate that another bridge passes on', () => {
  it('is its publisher’s as soon as that lists it itself, and stays so', async () => {
    const relayed = { ...crate({ ...said, source: 'relay' }), relayed: true };
    value(await registry.register(relayed));
    const own = crate({ ...said, source: 'own' });
    expect(value(await registry.register(own)).outcome).toBe('updated');
    expect(await current(said.name)).toMatchObject({ source: 'own', version: 1 });
    expect(value(await registry.register(relayed)).outcome).toBe('unchanged');
    const differing = { ...crate({ ...said, source: 'relay', files: [] }), relayed: true };
    expect(value(await registry.register(differing)).outcome).toBe('conflict');
    expect(await current(said.name)).toMatchObject({ source: 'own', version: 1 });
  });
});

describe('schema records', () => {
  it('are part of what a version is told apart by, and are kept with it', async () => {
    const record = (text: string) => ({
      iri: `https://data.example/${count}/record.json`,
      mediaType: 'application/json',
      bytes: Buffer.from(text),
      etag: null,
      lastModified: null,
    });
    const plain = crate(said);
    value(await registry.register(plain));
    const [first, again, other] = [record('{"a":1}'), record('{"a":1}'), record('{"a":2}')];
    expect(value(await registry.register({ ...plain, records: [first] })).outcome).toBe('updated');
    expect(value(await registry.register({ ...plain, records: [again] })).outcome).toBe('unchanged');
    expect(value(await registry.register({ ...plain, records: [other] })).outcome).toBe('updated');
    const shown = await current(said.name);
    expect(shown).toMatchObject({ version: 3, files: 2 });
    const kept: Record<number, readonly string[]> = {};
    for await (const version of registry.versions()) {
      if (version.crateIri !== plain.crateIri) continue;
      kept[version.number] = version.records.map(({ bytes }) => Buffer.from(bytes).toString());
    }
    expect(kept).toEqual({ 1: [], 2: ['{"a":1}'], 3: ['{"a":2}'] });
  });
});

describe('a crate that others name with its digest', () => {
  const parent = (digest: string) => {
    const registration = crate({ name: `${said.name} parent` });
    const nested = {
      kind: 'nested_crate',
      iri: iriOf(said.name),
      url: crate(said).location.url,
      sha256: digest,
      json_pointer: '/@graph/1',
    } as const;
    const rows = registration.rows;
    if (rows === null) throw new Error('no rows');
    // another digest is another document
    const bytes = Buffer.from(`names ${digest}`);
    return {
      ...registration,
      document: { ...registration.document, bytes },
      location: { ...registration.location, sha256: createHash('sha256').update(bytes).digest('hex') },
      nested: [nested],
      rows: { ...rows, crate: { ...rows.crate, nested: [nested] } },
    };
  };

  it('waits in quarantine while its bytes are others, and is shown when they are the same', async () => {
    value(await registry.register(parent(SHA_A)));
    const held = value(await registry.register(crate(said)));
    expect(held).toMatchObject({ outcome: 'quarantined', rows: {} });
    expect(held.findings.map(({ rule }) => rule)).toEqual(['not-as-declared']);
    expect(value(await registry.register(crate(said))).outcome).toBe('unchanged');
    value(await registry.register(parent(crate(said).location.sha256)));
    expect(value(await registry.register(crate(said)))).toMatchObject({
      outcome: 'registered',
      findings: [],
    });
    expect(await current(said.name)).toMatchObject({ state: 'current', files: 2 });
  });

  it('is shown no longer once another digest is declared, and comes back whole', async () => {
    value(await registry.register(crate(said)));
    value(await registry.register(parent(SHA_B)));
    const { url } = crate(said).location;
    const known = value(await registry.knownLocations('als', 'nightly', [url])).get(url);
    expect(known).toMatchObject({ state: 'current', misjudged: true });
    expect(value(await registry.register(crate(said))).outcome).toBe('quarantined');
    expect((await listAll(registry, 'files', { crate: [iriOf(said.name)] })).items).toEqual([]);
    expect(value(await registry.strayRows())).toEqual([]);
    value(await registry.register(parent(crate(said).location.sha256)));
    expect(value(await registry.register(crate(said))).outcome).toBe('updated');
    expect((await listAll(registry, 'files', { crate: [iriOf(said.name)] })).items).toHaveLength(2);
  });

  it('leaves the good version shown when a differing one comes', async () => {
    value(await registry.register(crate(said)));
    value(await registry.register(parent(crate(said).location.sha256)));
    expect(value(await registry.register(crate({ ...said, files: [] }))).outcome).toBe('quarantined');
    expect(await current(said.name)).toMatchObject({ state: 'current', version: 1, files: 2 });
  });
});
