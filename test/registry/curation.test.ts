import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Registration, Registry } from '../../src/registry/contract.ts';
import { sha256Hex } from '../../src/registry/register/stored.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, registerAll, value } from './answers.ts';
import { crate } from './crates.ts';
import { begin, list, NOW, request } from './pulling.ts';
import { onDatabase } from './sql.ts';

let fresh: FreshRegistry;
let registry: Registry;
beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
});
afterEach(() => emptyDatabase(fresh));
afterAll(() => fresh.dispose());

const BEFORE = '2026-02-01T12:00:00Z';
const OLD = 'https://old.example/one/ro-crate-metadata.json';
const NEW = 'https://new.example/one/ro-crate-metadata.json';
const IRI = 'https://old.example/one/';

/** A crate that declares these identifiers. */
function declaring(identifiers: readonly string[], url = OLD, now = BEFORE): Registration {
  const iri = url.replace('ro-crate-metadata.json', '');
  const made = crate({ name: url, iri }, { url, now });
  const { rows } = made;
  return rows === null ? made : { ...made, rows: { ...rows, crate: { ...rows.crate, identifiers } } };
}

const one = declaring(['https://doi.org/10.1234/ONE', 'run-47']);

const asked = (pull: string | null, other: Partial<Parameters<Registry['sameCrateElsewhere']>[0]> = {}) =>
  registry.sameCrateElsewhere({
    facility: 'als',
    source: 'nightly',
    url: NEW,
    crateIri: 'https://new.example/one/',
    sha256: '0'.repeat(64),
    identifiers: [],
    pull,
    ...other,
  });

describe('the crate a document at a new place is', () => {
  it('is the one of its IRI, its bytes or its DOI, of the same facility, and known before this pull', async () => {
    await registerAll(registry, one);
    const { sha256 } = one.location;
    const doi = { identifiers: ['doi:10.1234/ONE'] };
    expect(value(await asked(null, { crateIri: IRI }))).toMatchObject({ by: 'iri', sameDocument: false });
    expect(value(await asked(null, { sha256 }))).toMatchObject({ by: 'document', sameDocument: true });
    expect(value(await asked(null, doi))).toMatchObject({
      by: 'identifier',
      crateIri: IRI,
      context: { document_url: OLD },
      places: [{ url: OLD, source: 'nightly', gone: false, listed: null }],
    });
    for (const other of [{ identifiers: ['run-47'] }, { ...doi, facility: 'emsl' }, {}]) {
      expect(value(await asked(null, other))).toBeNull();
    }
    const pull = await list(registry, request('nightly'), [NEW]);
    expect(value(await asked(pull.id, doi))).not.toBeNull();
    await onDatabase(fresh, (db) => db.execute(sql`UPDATE crate SET first_seen_at = ${NOW.toISOString()}`));
    expect(value(await asked(pull.id, doi))).toBeNull();
  });

  it('is nobody, where two crates have what it has', async () => {
    await registerAll(
      registry,
      one,
      declaring(['doi:10.1234/ONE'], 'https://old.example/two/ro-crate-metadata.json'),
    );
    expect(value(await asked(null, { identifiers: ['https://doi.org/10.1234/ONE'] }))).toBeNull();
  });

  it('is still where it was unless a complete, healthy listing says otherwise', async () => {
    await registerAll(registry, one);
    const listed = async (
      urls: readonly string[],
      as: Parameters<typeof list>[3],
      by = 'nightly',
    ): Promise<boolean | null | undefined> => {
      const pull = await list(registry, request(by), urls, as);
      const same = value(await asked(pull.id, { crateIri: IRI, source: by }));
      await onDatabase(fresh, (db) => db.execute(sql`UPDATE pull SET state = 'failed'`));
      expect(same?.pending).toBe(false);
      return same?.places[0]?.listed;
    };
    expect(await listed([NEW], {})).toBe(false);
    expect(await listed([NEW, OLD], {})).toBe(true);
    expect(await listed([NEW, OLD], { complete: false })).toBe(true);
    expect(await listed([NEW], { complete: false })).toBeNull();
    expect(await listed([NEW], { full: false })).toBeNull();
    const problem = { code: 'unreachable', message: 'A part could not be listed.' } as const;
    expect(await listed([NEW], { problems: [problem] })).toBeNull();
    expect(await listed([NEW], {}, 'another')).toBeNull();

    // a crate that still names it has it pulled again
    const parent = crate({ name: 'parent' }, { now: BEFORE });
    const part = {
      kind: 'nested_crate',
      iri: IRI,
      url: OLD,
      sha256: null,
      json_pointer: '/@graph/2',
    } as const;
    if (parent.rows === null) throw new Error('no rows');
    const rows = { ...parent.rows, crate: { ...parent.rows.crate, nested: [part] } };
    await registerAll(registry, { ...parent, rows, nested: [part] });
    expect(await listed([NEW], {})).toBe(true);
  });

  it('is waited for while the listing is being written down', async () => {
    await registerAll(registry, one);
    const { pull } = await begin(registry, request('nightly'));
    value(await registry.addCrates(pull, [{ url: NEW, parent: null, depth: 0 }]));
    expect(value(await asked(pull.id, { crateIri: IRI }))).toMatchObject({
      pending: true,
      places: [{ listed: null }],
    });
  });
});

describe('a tombstone', () => {
  it('set while a document was read refuses what was read without it', async () => {
    await registerAll(registry, one);
    const changed = crate({ name: OLD, iri: IRI, persons: ['#jane'] }, { url: OLD });
    const entity = sha256Hex(`${IRI}#jane`);
    const recorded = { crateIri: IRI, entity, iri: `${IRI}#jane`, because: 'x', caller: 'operator', at: NOW };
    const tombstone = value(await registry.recordRedaction(recorded));
    expect(value(await registry.recordRedaction(recorded)).id).toBe(tombstone.id);
    expect(failureOf(await registry.register(changed)).code).toBe('busy');
    expect(value(await registry.register({ ...changed, without: [entity] })).outcome).toBe('updated');
    value(await registry.liftTombstone('redact', tombstone.id, NOW));
    expect(failureOf(await registry.register({ ...changed, without: [entity] })).code).toBe('busy');

    value(await registry.withdrawCrate({ id: IRI, because: 'x', caller: 'operator', at: NOW }));
    expect(failureOf(await registry.register(changed)).code).toBe('withdrawn');
    const elsewhere = declaring([], NEW);
    const copy = { ...elsewhere, location: { ...elsewhere.location, sha256: changed.location.sha256 } };
    expect(failureOf(await registry.register(copy)).code).toBe('withdrawn');
    expect(value(await registry.register(elsewhere)).outcome).toBe('registered');
  });
});
