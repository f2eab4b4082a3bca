import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runPureLine } from '../../src/bridge/pure-line.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { CrateRows, MappingContext } from '../../src/model/rows.ts';
import type { StoredVersion } from '../../src/registry/contract.ts';
import { describeConformance, jsonDocuments } from '../support/conformance.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, listAll, registerAll, value } from './answers.ts';
import { crate, rowsOf, SHA_B } from './crates.ts';
import { onDatabase } from './sql.ts';

let fresh: FreshRegistry;

beforeAll(async () => {
  fresh = await freshRegistry();
});
afterEach(() => emptyDatabase(fresh));
afterAll(() => fresh.dispose());

async function stored(): Promise<readonly StoredVersion[]> {
  const all: StoredVersion[] = [];
  for await (const version of fresh.registry.versions()) all.push(version);
  return all;
}

/** The rows of a test's crate again, from its document, which is what was said of it. */
function rowsAgain(version: StoredVersion): CrateRows {
  return rowsOf(version.crateIri, {
    ...JSON.parse(Buffer.from(version.document).toString('utf8')),
    facility: version.context.facility,
  });
}

const one = {
  name: 'one',
  proposal: 'P-1',
  instruments: ['12.3.1'],
  samples: [{ code: 'LYZ' }],
  runs: [{ code: 'r1' }],
  files: [{ name: 'a.dat' }, { name: 'b.dat' }],
  persons: ['https://orcid.org/0000-0002-1825-0097'],
  missing: ['seguid'],
};

describe('rebuilding', () => {
  it('goes through every admitted version, with its document and what mapping was told', async () => {
    const changed = { ...one, files: [{ name: 'c.dat' }] };
    const registrations = [
      crate(one, { now: '2026-01-01T00:00:00Z' }),
      crate(changed, { now: '2026-01-02T00:00:00Z' }),
      crate({ name: 'bad' }, { now: '2026-01-03T00:00:00Z', quarantined: true }),
      crate({ name: 'two' }, { now: '2026-01-04T00:00:00Z' }),
    ];
    await registerAll(fresh.registry, ...registrations);
    const all = await stored();
    expect(all.map(({ crateIri, number, state }) => [crateIri, number, state])).toEqual([
      ['https://data.example/one/', 1, 'superseded'],
      ['https://data.example/one/', 2, 'current'],
      ['https://data.example/two/', 1, 'current'],
    ]);
    expect(Buffer.from(all[0]?.document ?? [])).toEqual(Buffer.from(registrations[0]?.document.bytes ?? []));
    expect(all[0]?.context).toEqual(registrations[0]?.context);
  });

  it('gives the same rows with the same ids, of current and of superseded versions', async () => {
    await registerAll(fresh.registry, crate(one), crate({ ...one, files: [{ name: 'c.dat' }] }));
    const before = (await listAll(fresh.registry, 'files')).items;
    for (const version of await stored()) {
      for (const check of [true, false]) {
        const answer = value(await fresh.registry.replaceRows(version, rowsAgain(version), { check }));
        expect(answer.differences).toEqual([]);
        expect(answer.rows).toBeGreaterThan(5);
      }
    }
    expect((await listAll(fresh.registry, 'files')).items).toEqual(before);
    expect(value(await fresh.registry.strayRows())).toEqual([]);
  });

  it('names the tables that differ, and changes nothing when it only checks', async () => {
    await registerAll(fresh.registry, crate(one));
    const [version] = await stored();
    if (version === undefined) throw new Error('no version');
    const rows = rowsAgain(version);
    const [file, ...others] = rows.data_files;
    if (file === undefined) throw new Error('no file');
    const differing: CrateRows = {
      ...rows,
      crate: { ...rows.crate, license: 'none' },
      data_files: [{ ...file, sha256: SHA_B }, ...others],
      associations: rows.associations.slice(1),
    };
    const before = (await listAll(fresh.registry, 'files')).items;
    const checked = value(await fresh.registry.replaceRows(version, differing, { check: true }));
    expect(checked.differences).toEqual(['data_file', 'association', 'crate_version']);
    expect((await listAll(fresh.registry, 'files')).items).toEqual(before);

    const replaced = value(
      await fresh.registry.replaceRows(version, differing, { check: false, mapperVersion: 'mapper/2' }),
    );
    expect(replaced.differences).toEqual(checked.differences);
    expect((await listAll(fresh.registry, 'files')).items[0]?.sha256).toBe(SHA_B);
    // a pull under the same mapper now knows that these are its rows
    expect(value(await fresh.registry.register(crate(one, { mapper: 'mapper/2' }))).outcome).toBe(
      'unchanged',
    );
  });

  it('finds rows somebody else changed, added or left behind', async () => {
    await registerAll(
      fresh.registry,
      crate(one),
      crate({ name: 'bad' }, { quarantined: true }),
      crate({ ...one, name: 'shown wrongly' }),
    );
    await onDatabase(fresh, (db) => db.execute(sql`UPDATE sample SET name = 'forged'`));
    const differences = [];
    for (const version of await stored()) {
      differences.push(
        value(await fresh.registry.replaceRows(version, rowsAgain(version), { check: true })).differences,
      );
    }
    expect(differences).toEqual([['sample'], ['sample']]);

    await onDatabase(fresh, async (db) => {
      await db.execute(sql`UPDATE data_file SET current = false
        WHERE crate_version_id IN (SELECT id FROM crate_version WHERE name = 'shown wrongly')`);
      await db.execute(sql`UPDATE declared_missing SET crate_version_id =
        (SELECT id FROM crate_version WHERE state = 'quarantined')
        WHERE crate_version_id IN (SELECT id FROM crate_version WHERE name = 'one')`);
    });
    const strays = value(await fresh.registry.strayRows());
    expect(strays).toContainEqual({
      crate: 'https://data.example/shown%20wrongly/',
      version: 1,
      tables: ['data_file'],
    });
    expect(strays).toContainEqual({
      crate: 'https://data.example/bad/',
      version: 1,
      tables: ['declared_missing'],
    });
    expect(strays).toHaveLength(2);
  });

  it('keeps what was recorded', async () => {
    await registerAll(fresh.registry, crate(one));
    const [file] = (await listAll(fresh.registry, 'files')).items;
    if (file === undefined) throw new Error('no file');
    await fresh.registry.recordVerification({
      pointer_id: file.id,
      storage_uri: 's3://x',
      outcome: 'verified',
      sha256_expected: null,
      sha256_found: null,
      size_expected: null,
      bytes_read: 1,
      failure_code: null,
      caller: 'operator',
      door: 'cli',
      started_at: '2026-03-02T00:00:00.000Z',
      finished_at: '2026-03-02T00:00:01.000Z',
    });
    for (const version of await stored()) {
      value(await fresh.registry.replaceRows(version, rowsAgain(version), { check: false }));
    }
    const [again] = (await listAll(fresh.registry, 'files')).items;
    expect(again?.verification).toEqual({ outcome: 'verified', at: '2026-03-02T00:00:01.000Z' });
  });

  it('knows no version that was never admitted', async () => {
    await registerAll(fresh.registry, crate(one));
    const [version] = await stored();
    if (version === undefined) throw new Error('no version');
    const other = { ...version, crateVersionId: '00000000-0000-5000-8000-000000000000' };
    const answer = await fresh.registry.replaceRows(other, rowsAgain(version), { check: true });
    expect(failureOf(answer).code).toBe('not_found');
  });
});

describeConformance('rebuilding crates others wrote', (folder) => {
  it('gives the same rows from the stored bytes', async () => {
    const documents = jsonDocuments(join(folder, 'lambda-core', 'valid'));
    expect(documents.length).toBeGreaterThan(3);
    for (const [name] of documents) {
      const url = `https://data.example/${name}/ro-crate-metadata.json`;
      const context: MappingContext = {
        facility: 'als',
        source: 'nightly',
        timezone: 'America/Los_Angeles',
        document_url: url,
      };
      const bytes = readFileSync(join(folder, 'lambda-core', 'valid', `${name}.json`));
      const line = await runPureLine({ bytes, context, profile: 'auto', map: true });
      const registration = {
        ...crate({ name }, { url }),
        ...line,
        context,
        document: { iri: url, mediaType: 'application/ld+json', bytes },
      };
      expect(value(await fresh.registry.register(registration)).outcome, name).toBe('registered');
      expect(value(await fresh.registry.register(registration)).outcome, name).toBe('unchanged');
    }
    for (const version of await stored()) {
      const { document: bytes, context } = version;
      const { rows } = await runPureLine({ bytes, context, profile: 'auto', map: true });
      if (rows === null) throw new Error(`${version.crateIri} is no longer readable`);
      const answer = value(await fresh.registry.replaceRows(version, rows, { check: true }));
      expect(answer.differences, version.crateIri).toEqual([]);
    }
    expect((await listAll(fresh.registry, 'crates', {}, OPERATOR)).items).toHaveLength(documents.length);
  });
});
