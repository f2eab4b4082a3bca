import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckedConfig } from '../../src/bridge/check-config.ts';
import { type Explored, explore } from '../../src/bridge/explore.ts';
import { bundledSchema } from '../../src/config/bundled-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { startSearch } from '../sources/search-api.ts';
import { failureFrom, put, smallCrate, valueFrom } from '../support/bridge.ts';
import { runCli, runJson } from '../support/cli.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';
import { NGINX, startNginx } from '../support/web-server.ts';

const BIN = fileURLToPath(new URL('../../bin/crate-bridge.js', import.meta.url));
const BYTES = 'q I sigma\n';
const CRATE = smallCrate({
  files: [
    { id: 'curve.dat', sha256: createHash('sha256').update(BYTES).digest('hex'), size: BYTES.length },
    { id: 'raw.h5', sha256: 'b2'.repeat(32), size: 9, storageUri: 'sibyls://als/raw.h5' },
  ],
});

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-init-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

let origin: TestOrigin;
beforeAll(async () => {
  const json = { 'content-type': 'application/ld+json' };
  const html = { 'content-type': 'text/html' };
  const collection = smallCrate({
    files: [],
    root: { hasPart: [{ '@id': 'one/' }] },
  });
  origin = await startOrigin({
    '/one/ro-crate-metadata.json': { content: Buffer.from(JSON.stringify(CRATE)), headers: json },
    '/one/curve.dat': Buffer.from(BYTES),
    '/landing': {
      content: Buffer.from(
        '<html><head><link rel="describedby" type="application/ld+json" href="/one/ro-crate-metadata.json"></head></html>',
      ),
      headers: html,
    },
    '/page': { content: Buffer.from('<h1>Welcome</h1>'), headers: html },
    '/many/ro-crate-metadata.json': {
      content: Buffer.from(JSON.stringify(withNested(collection))),
      headers: json,
    },
    '/many/one/ro-crate-metadata.json': { content: Buffer.from(JSON.stringify(CRATE)), headers: json },
  });
});
afterAll(() => origin.close());

describe('what a place is', () => {
  it('a metadata document, a collection of crates, a landing page, a folder', async () => {
    await put(cwd, 'crates/a/ro-crate-metadata.json', JSON.stringify(CRATE));
    await put(cwd, 'crates/b/ro-crate-metadata.json', JSON.stringify(CRATE));
    const document = `${origin.url}/one/ro-crate-metadata.json`;
    expect(await known(document)).toEqual(['urls', 1, { urls: [document] }]);
    const many = `${origin.url}/many/ro-crate-metadata.json`;
    expect(await known(many)).toEqual(['crate-collection', 2, { url: many }]);
    const landing = `${origin.url}/landing`;
    expect(await known(landing)).toEqual(['signposting', 1, { urls: [landing] }]);
    expect(await known('crates')).toEqual(['directory', 2, { path: join(cwd, 'crates') }]);
  });

  it('a search API, also by the address of its search', async () => {
    const search = await startSearch({
      experiments: [{ id: 'E1', date: '2026-03-01', fields: { pid: `${origin.url}/landing` } }],
    });
    try {
      for (const place of [search.url, `${search.url}/search?technique=saxs`]) {
        expect(await known(place)).toEqual(['lambda-search', 1, { url: search.url }]);
      }
    } finally {
      await search.close();
    }
  });

  it.skipIf(NGINX === null)('a directory listing', async () => {
    const server = await startNginx();
    try {
      await mkdir(join(server.root, 'x'));
      await writeFile(join(server.root, 'x', 'ro-crate-metadata.json'), JSON.stringify(CRATE));
      expect(await known(`${server.url}/`)).toEqual(['http-index', 1, { url: `${server.url}/` }]);
    } finally {
      await server.close();
    }
  });

  it('is said to be none of them, with what each kind said', async () => {
    const nothing = failureFrom(await look(`${origin.url}/page`));
    expect(nothing.code).toBe('unreadable');
    for (const kind of ['urls', 'http-index', 'lambda-search', 'signposting']) {
      expect(nothing.message).toContain(`as ${kind}: `);
    }
    expect(failureFrom(await look('nowhere')).code).toBe('unreadable');
    expect(failureFrom(await look('s3://bucket/crates')).code).toBe('usage');
  });
});

describe('crate-bridge init', () => {
  it('writes a configuration with its schema, shows the first rows, and overwrites nothing', async () => {
    await put(cwd, 'crates/a/ro-crate-metadata.json', JSON.stringify(CRATE));
    const made = await runCli(['init', 'crates', '--facility', 'ALS', '--timezone', 'America/Los_Angeles'], {
      cwd,
    });
    expect(made.code).toBe(0);
    expect(made.stdout).toContain('arcp://name,crates.als/a/: conformant (lambda-core)');
    expect(made.stdout).toMatch(/LYZ-42/);
    expect(made.stdout).toContain('sibyls://als/');
    for (const next of ['doctor ALS/crates', 'pull --dry-run', 'serve']) expect(made.stdout).toContain(next);
    // a look, not a pull
    expect((await readdir(cwd)).sort()).toEqual(['crate-bridge.json', 'crate-bridge.schema.json', 'crates']);

    const text = await readFile(join(cwd, 'crate-bridge.json'), 'utf8');
    expect(JSON.parse(text)).toEqual({
      $schema: './crate-bridge.schema.json',
      facilities: [
        {
          code: 'ALS',
          timezone: 'America/Los_Angeles',
          access: { metadata: 'restricted', content: 'restricted' },
          sources: [{ name: 'crates', kind: 'directory', path: './crates' }],
        },
      ],
    });
    expect(JSON.parse(await readFile(join(cwd, 'crate-bridge.schema.json'), 'utf8'))).toEqual(
      bundledSchema(),
    );
    expect((await loadConfig({ cwd })).ok).toBe(true);

    const again = await runJson(['init', 'crates', '--yes'], { cwd });
    expect([again.code, again.json]).toEqual([64, { error: expect.objectContaining({ code: 'usage' }) }]);
    expect(await readFile(join(cwd, 'crate-bridge.json'), 'utf8')).toBe(text);
  });

  it('asks at a private address only after saying so, and proposes the rule that reads its files', async () => {
    const document = `${origin.url}/one/ro-crate-metadata.json`;
    const refused = await runJson(['init', document], { cwd });
    expect(refused.code).toBe(77);
    expect(refused.stderr).toContain('127.0.0.1, which is not a public address');
    expect(await readdir(cwd)).toEqual([]);

    const made = await runJson<JsonObject>(['init', document, '--yes', '--facility', 'ALS'], { cwd });
    expect(made.code).toBe(0);
    expect(made.stderr).toContain('network.allow gets "127.0.0.1/32"');
    expect(made.json).toMatchObject({ kind: 'urls', crate: { conformant: true }, rows: { data_files: 2 } });
    const config = valueFrom(await loadConfig({ cwd }));
    expect(config.facilities[0]).toMatchObject({
      network: { allow: ['127.0.0.1/32'] },
      storage: [{ prefix: `${origin.url}/one/`, target: { kind: 'http', url: `${origin.url}/one/` } }],
    });
    // what was written works
    expect((await runCli(['doctor', 'ALS/crates'], { cwd })).stdout).toContain('it is there, 10 bytes');
  });

  it('needs to be told where', async () => {
    const refused = await runCli(['init'], { cwd });
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('URL|FOLDER')]);
    const wrong = await runCli(['init', 'x', '--facility', 'no code'], { cwd });
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('--facility')]);
    const nothing = await runCli(['init', `${origin.url}/page`, '--yes'], { cwd });
    expect(nothing.code).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  });

  it.skipIf(spawnSync('script', ['--version']).status !== 0)('asks a person at a terminal', async () => {
    const screen = await atTerminal(`TZ=UTC ${process.execPath} ${BIN} init`, [
      ['URL or folder with crates', `${origin.url}/one/ro-crate-metadata.json`],
      ['Write "127.0.0.1/32" into network.allow? [y/N]', 'y'],
      ['Short code of the facility [ALS]', 'not a code'],
      ['Short code of the facility [ALS]', 'SIBYLS'],
      ['Name people know it by [SIBYLS]', ''],
      ["Time zone of the facility's dates [UTC]", 'Mars/Olympus'],
      ["Time zone of the facility's dates [UTC]", 'Europe/Paris'],
    ]);
    expect(screen).toContain('Letters, digits');
    expect(screen).toContain('An IANA time zone');
    const config = valueFrom(await loadConfig({ cwd }));
    expect(config.facilities[0]).toMatchObject({ code: 'SIBYLS', name: 'SIBYLS', timezone: 'Europe/Paris' });
  });
});

describe('crate-bridge config', () => {
  it('check says what a file comes to, with next runs in the zone and secrets by name', async () => {
    await writeFile(
      join(cwd, 'crate-bridge.yaml'),
      `facilities:
  - code: ALS
    timezone: America/Los_Angeles
    sources:
      - name: sibyls
        kind: http-index
        url: https://data.als.example/sibyls
        schedule: "15 0,8,16 * * *"
        credential: { kind: bearer, env: SIBYLS_TOKEN, expires: "2020-01-31" }
`,
    );
    const env = { SIBYLS_TOKEN: 'a-real-secret' };
    const checked = await runJson<CheckedConfig>(['config', 'check'], { cwd, env });
    expect(checked.code).toBe(0);
    const [source] = checked.json.facilities[0]?.sources ?? [];
    expect(source).toMatchObject({ kind: 'http-index', places: ['https://data.als.example/sibyls/'] });
    expect(source?.next_runs).toHaveLength(3);
    const hours = source?.next_runs.map((at) =>
      new Intl.DateTimeFormat('en', {
        timeZone: 'America/Los_Angeles',
        timeStyle: 'short',
        hourCycle: 'h23',
      }).format(new Date(at)),
    );
    expect(new Set(hours)).toEqual(new Set(['00:15', '08:15', '16:15']));
    expect(source?.credentials).toEqual([
      { kind: 'bearer', secrets: [{ where: 'SIBYLS_TOKEN', found: true }], expires: '2020-01-31' },
    ]);
    expect(checked.json.warnings).toEqual([expect.objectContaining({ where: 'SIBYLS_TOKEN' })]);
    const text = await runCli(['config', 'check', 'crate-bridge.yaml'], { cwd });
    expect(text.stdout).toContain('SIBYLS_TOKEN (MISSING)');
    expect(`${checked.stdout}${text.stdout}`).not.toContain('a-real-secret');
  });

  it('check tells every problem of a file that does not hold', async () => {
    await writeFile(
      join(cwd, 'wrong.json'),
      '{"facilities": [{"code": "ALS", "sources": [{"name": "a", "kind": "ftp"}]}], "netwrk": {}}',
    );
    const wrong = await runCli(['config', 'check', 'wrong.json'], { cwd });
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('/facilities/0/sources/0/kind');
    expect(wrong.stderr).toContain('did you mean network?');
    expect((await runCli(['config', 'check', 'nowhere.json'], { cwd })).code).toBe(2);
  });

  it('schema prints the schema', async () => {
    const printed = await runCli(['config', 'schema'], { cwd });
    expect(JSON.parse(printed.stdout)).toEqual(bundledSchema());
    expect(existsSync(join(cwd, '.crate-bridge'))).toBe(false);
  });
});

function look(place: string) {
  const facility = { code: 'ALS', timezone: 'UTC', network: { allow: ['127.0.0.1/32'] } };
  return explore({ place, facility, source: 'crates', cwd, env: {} });
}

/** Kind, number of crates, and what the configuration says of the place. */
async function known(place: string): Promise<readonly [Explored['kind'], number, JsonObject]> {
  const { kind, crates, source } = valueFrom(await look(place));
  const { name: _name, kind: _kind, ...where } = source;
  return [kind, crates, where];
}

function withNested(crate: JsonObject): JsonObject {
  const graph = Array.isArray(crate['@graph']) ? crate['@graph'] : [];
  const part = {
    '@id': 'one/',
    '@type': 'Dataset',
    name: 'One',
    conformsTo: { '@id': 'https://w3id.org/ro/crate' },
    subjectOf: { '@id': 'one/ro-crate-metadata.json' },
  };
  const document = {
    '@id': 'one/ro-crate-metadata.json',
    '@type': 'CreativeWork',
    encodingFormat: 'application/ld+json',
  };
  return { ...crate, '@graph': [...graph, part, document] };
}

/** Answers each question once it stands on the screen, and gives back all that was shown. */
function atTerminal(
  command: string,
  dialogue: readonly (readonly [question: string, answer: string])[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const waiting = [...dialogue];
    let screen = '';
    let read = 0;
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const [question, answer] = waiting[0] ?? [];
      if (question === undefined || !screen.slice(read).includes(`${question}: `)) return;
      waiting.shift();
      read = screen.length;
      terminal.stdin.write(`${answer}\r`);
    });
    terminal.on('error', reject);
    terminal.on('close', () => resolve(screen));
  });
}
