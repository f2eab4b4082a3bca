import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateCrates } from '../test/support/generated-crates.ts';
import { databaseAt, onServer } from '../test/support/global-setup.ts';
import { type Copied, copyRows } from './copy.ts';

const CLI = fileURLToPath(new URL('../bin/crate-bridge.js', import.meta.url));
const MEASURED = fileURLToPath(new URL('./measured-pull.ts', import.meta.url));

interface Asked {
  readonly crates: number;
  readonly files: number;
  readonly huge: number;
  readonly rounds: number;
}

/** A database of its own for one round; null as URL is the embedded one. */
export interface BenchDatabase {
  readonly engine: string;
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}

/** What `measured-pull.ts` prints. Times in milliseconds, memory in bytes. */
export interface Measured {
  readonly registered: number;
  readonly seconds: number;
  readonly register_seconds: number;
  readonly lag_p50: number;
  readonly lag_p99: number;
  readonly lag_max: number;
  readonly peak_rss: number;
}

/**
 * `npm run bench -- pull [--crates 1500] [--files 20] [--huge 100000] [--rounds 3]`, on the embedded engine, and on the
 * PostgreSQL server of DATABASE_URL where that is set (databases of its own are made there and dropped). Two things are
 * measured, each beside what a user would do instead, in the same run:
 *
 *  - many crates over loopback, pulled once and again: beside `xargs -P4 curl` of the same documents (conditional the second
 *    time) and COPY of the same rows into tables with the same indexes;
 *  - one crate of very many files: the time to register it beside COPY of the same rows, the lag of the event loop, and the
 *    peak of memory beside that of crates of half and a quarter the size.
 */
export async function benchPull(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      crates: { type: 'string', default: '1500' },
      files: { type: 'string', default: '20' },
      huge: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const asked: Asked = {
    crates: Number(values.crates),
    files: Number(values.files),
    huge: Number(values.huge),
    rounds: Number(values.rounds),
  };
  const server = process.env['DATABASE_URL'];
  const engines = server === undefined || server === '' ? [null] : [null, server];
  for (const engine of engines) {
    if (asked.crates > 0) await many(asked, engine);
    if (asked.huge > 0) await huge(asked, engine);
  }
}

/** Many crates, each pulled by the command line as a user runs it. */
async function many({ crates, files, rounds }: Asked, server: string | null): Promise<void> {
  const documents = new Map(
    [...generateCrates({ count: crates, files, seed: 1 })].map(({ name, document }) => [
      `/${name}/ro-crate-metadata.json`,
      Buffer.from(document),
    ]),
  );
  const origin = await startOrigin(documents);
  const took: Record<string, number[]> = { first: [], again: [], curl: [], curlAgain: [], copy: [] };
  let rows = 0;
  let engine = '';
  try {
    for (let round = 0; round < rounds; round++) {
      const dir = await mkdtemp(join(tmpdir(), 'crate-bridge-bench-'));
      const database = await makeDatabase(server, dir);
      engine = database.engine;
      try {
        await writeConfig(dir, origin.url, [...documents.keys()]);
        const pull = `${process.execPath} ${CLI} pull --quiet`;
        took['first']?.push(await timed(pull, dir, database));
        took['again']?.push(await timed(pull, dir, database));
        await writeFile(
          join(dir, 'urls'),
          [...documents.keys()].map((path) => `${origin.url}${path}\n`).join(''),
        );
        took['curl']?.push(await timed(curl(''), dir, database));
        took['curlAgain']?.push(await timed(curl('--etag-compare "$f.etag"'), dir, database));
        const copied = await copyRows(database);
        rows = copied.rows;
        took['copy']?.push(copied.seconds);
      } finally {
        await dropDatabase(server, database);
        await rm(dir, { recursive: true, force: true });
      }
    }
  } finally {
    await origin.close();
  }
  const [first, again, curled, curledAgain, copied] = ['first', 'again', 'curl', 'curlAgain', 'copy'].map(
    (name) => median(took[name] ?? []),
  );
  if (!first || !again || !curled || !curledAgain || !copied) return;
  const bytes = [...documents.values()].reduce((sum, document) => sum + document.length, 0);
  console.log(
    `\n${engine}: ${crates} crates of ${files} files (${mib(bytes)} of documents, ${rows} rows), median of ${rounds}, process start included`,
  );
  console.log(
    `  first pull   ${rate(crates, first)}; curl and COPY of the same: ${rate(crates, curled + copied)}`,
  );
  console.log(
    `               ${ratio(first, curled + copied)} the time (curl ${seconds(curled)}, COPY ${seconds(copied)})`,
  );
  console.log(`  pulled again ${rate(crates, again)}; conditional curl: ${rate(crates, curledAgain)}`);
  console.log(`               ${ratio(again, curledAgain)} the time`);
}

/** What a shell would do: one curl a document, four at once, each with its ETag kept. */
function curl(conditional: string): string {
  const fetch = `f=curl/$(echo "$1" | md5sum | cut -c-32); curl -sS ${conditional} --etag-save "$f.etag" -o "$f" "$1"`;
  return `mkdir -p curl && xargs -P4 -I{} sh -c '${fetch}' sh {} < urls`;
}

/** One crate of very many files, and smaller ones beside it to see how memory grows. */
async function huge({ huge: files, rounds }: Asked, server: string | null): Promise<void> {
  const sizes = [Math.round(files / 4), Math.round(files / 2), files];
  for (const size of sizes) {
    const [crate] = generateCrates({ count: 1, files: size, seed: 2 });
    if (crate === undefined) return;
    const document = Buffer.from(crate.document);
    const origin = await startOrigin(new Map([['/huge/ro-crate-metadata.json', document]]));
    const measured: Measured[] = [];
    const copied: Copied[] = [];
    let engine = '';
    try {
      // the smaller ones are only there for their memory
      for (let round = 0; round < (size === files ? rounds : 1); round++) {
        const dir = await mkdtemp(join(tmpdir(), 'crate-bridge-bench-'));
        const database = await makeDatabase(server, dir);
        engine = database.engine;
        try {
          await writeConfig(dir, origin.url, ['/huge/ro-crate-metadata.json']);
          measured.push(await measuredPull(dir, database));
          copied.push(await copyRows(database));
        } finally {
          await dropDatabase(server, database);
          await rm(dir, { recursive: true, force: true });
        }
      }
    } finally {
      await origin.close();
    }
    report(engine, size, document.length, measured, copied);
  }
}

function report(
  engine: string,
  files: number,
  bytes: number,
  measured: readonly Measured[],
  copied: readonly Copied[],
): void {
  const of = (name: Exclude<keyof Measured, 'registered'>) => median(measured.map((one) => one[name]));
  const copy = median(copied.map((one) => one.seconds));
  const [first] = copied;
  console.log(`\n${engine}: one crate of ${files} files (${mib(bytes)}), ${first?.rows ?? 0} rows`);
  console.log(
    `  registered in ${seconds(of('register_seconds'))}, ${ratio(of('register_seconds'), copy)} the time of COPY (${seconds(copy)}); pulled in ${seconds(of('seconds'))}`,
  );
  console.log(
    `  event loop: lag p50 ${of('lag_p50').toFixed(0)} ms, p99 ${of('lag_p99').toFixed(0)} ms, longest ${of('lag_max').toFixed(0)} ms`,
  );
  console.log(
    `  memory: peak ${mib(of('peak_rss'))}, ${(of('peak_rss') / bytes).toFixed(1)} times the document`,
  );
}

async function measuredPull(dir: string, database: BenchDatabase): Promise<Measured> {
  const child = spawn(process.execPath, ['--import', fastStart(), MEASURED], {
    cwd: dir,
    env: environment(database),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the measured pull ended with ${code}`);
  const measured: Measured = JSON.parse(printed);
  if (measured.registered !== 1) throw new Error('the crate was not registered');
  return measured;
}

function fastStart(): string {
  return fileURLToPath(new URL('../bin/fast-start.js', import.meta.url));
}

function environment({ databaseUrl, dataDir }: BenchDatabase): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ...rest } = process.env;
  return {
    ...rest,
    CRATE_BRIDGE_DATA: dataDir,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  };
}

async function makeDatabase(server: string | null, dir: string): Promise<BenchDatabase> {
  const dataDir = join(dir, 'data');
  const made: BenchDatabase =
    server === null
      ? { engine: 'embedded', databaseUrl: null, dataDir }
      : {
          engine: 'PostgreSQL',
          databaseUrl: databaseAt(server, `crate_bridge_bench_${randomUUID().slice(0, 8)}`),
          dataDir,
        };
  const { databaseUrl } = made;
  if (server !== null && databaseUrl !== null) {
    const name = new URL(databaseUrl).pathname.slice(1);
    await onServer(server, (sql) => sql`CREATE DATABASE ${sql(name)}`);
  }
  // made and migrated before anything is timed
  await mkdir(dataDir, { recursive: true });
  await timed(`${process.execPath} ${CLI} crates --limit 1 --quiet`, dir, made);
  return made;
}

async function dropDatabase(server: string | null, { databaseUrl }: BenchDatabase): Promise<void> {
  if (server === null || databaseUrl === null) return;
  const name = new URL(databaseUrl).pathname.slice(1);
  await onServer(server, (sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`);
}

async function writeConfig(dir: string, url: string, paths: readonly string[]): Promise<void> {
  const source = { name: 'bench', kind: 'urls', urls: paths.map((path) => `${url}${path}`) };
  const facility = { code: 'BENCH', sources: [source], network: { allow: ['127.0.0.1/32'] } };
  await writeFile(join(dir, 'crate-bridge.json'), JSON.stringify({ facilities: [facility] }));
}

/** Documents with strong ETags and conditional answers, out of memory. */
async function startOrigin(
  documents: ReadonlyMap<string, Buffer>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const etags = new Map(
    [...documents].map(([path, bytes]) => [
      path,
      `"${createHash('sha256').update(bytes).digest('base64url')}"`,
    ]),
  );
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    const document = documents.get(path);
    const etag = etags.get(path);
    if (document === undefined || etag === undefined) return void response.writeHead(404).end();
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    response
      .writeHead(200, { 'content-type': 'application/ld+json', 'content-length': document.length, etag })
      .end(document);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The origin listens on no TCP port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function timed(command: string, cwd: string, database: BenchDatabase): Promise<number> {
  const started = performance.now();
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd,
    env: environment(database),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`exit ${code}: ${command}`);
  return (performance.now() - started) / 1000;
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
}

function rate(count: number, time: number): string {
  return `${(count / time).toFixed(0)} crates/s`;
}

function ratio(ours: number, theirs: number): string {
  return `${(ours / theirs).toFixed(2)} x`;
}

function seconds(time: number): string {
  return `${time.toFixed(2)} s`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
