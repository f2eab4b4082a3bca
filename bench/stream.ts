import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CLI = fileURLToPath(new URL('../bin/crate-bridge.js', import.meta.url));
const BLOCK = 4 * 1024 * 1024;

/**
 * `npm run bench -- stream [--mib 1024] [--rounds 3]`: one large file over loopback, fetched and proven by crate-bridge, and by
 * the shell commands a user would write instead. The contenders take turns; medians of the rounds are compared.
 */
export async function benchStream(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { mib: { type: 'string', default: '1024' }, rounds: { type: 'string', default: '3' } },
  });
  const dir = await mkdtemp(join(tmpdir(), 'crate-bridge-bench-'));
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': Number(values.mib) * 1024 * 1024 });
    pipeline(createReadStream(join(dir, 'raw.h5'), { highWaterMark: BLOCK / 4 }), response).catch(() =>
      response.destroy(),
    );
  });
  try {
    const sha256 = await writeRaw(join(dir, 'raw.h5'), Number(values.mib));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string')
      throw new Error('The origin listens on no TCP port.');
    const origin = `http://127.0.0.1:${address.port}/raw.h5`;
    await registerRaw(dir, `http://127.0.0.1:${address.port}/`, sha256, Number(values.mib) * 1024 * 1024);

    const contenders: Readonly<Record<string, string>> = {
      'crate-bridge fetch': `${process.execPath} ${CLI} fetch bench://raw/raw.h5 -o out.h5 --force --quiet`,
      'curl, then sha256sum': `curl -sS -o out.h5 ${origin} && echo '${sha256}  out.h5' | sha256sum --quiet -c`,
      'curl | tee | openssl dgst': `curl -sS ${origin} | tee out.h5 | openssl dgst -sha256 | grep -q ${sha256}`,
    };
    const seconds = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round <= Number(values.rounds); round++) {
      for (const [name, command] of Object.entries(contenders)) {
        const took = await timed(command, dir);
        // The first round warms the page cache and is not counted.
        if (round > 0) seconds.get(name)?.push(took);
      }
    }
    report(seconds, Number(values.mib));
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(dir, { recursive: true, force: true });
  }
}

async function writeRaw(path: string, mib: number): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(function* () {
    for (let written = 0; written < mib * 1024 * 1024; written += BLOCK) {
      // Blocks differ, so that nothing on the way can shortcut them.
      const block = Buffer.alloc(BLOCK, createHash('sha512').update(String(written)).digest());
      hash.update(block);
      yield block;
    }
  }, createWriteStream(path));
  return hash.digest('hex');
}

async function registerRaw(dir: string, origin: string, sha256: string, size: number): Promise<void> {
  const crate = {
    '@context': 'https://w3id.org/ro/crate/1.2/context',
    '@graph': [
      { '@id': 'ro-crate-metadata.json', '@type': 'CreativeWork', about: { '@id': './' } },
      { '@id': './', '@type': 'Dataset', name: 'Bench', hasPart: { '@id': 'raw.h5' } },
      {
        '@id': 'raw.h5',
        '@type': 'File',
        name: 'raw.h5',
        storage_uri: 'bench://raw/raw.h5',
        contentSize: size,
        sha256,
      },
    ],
  };
  await mkdir(join(dir, 'crates'));
  await writeFile(join(dir, 'crates', 'ro-crate-metadata.json'), JSON.stringify(crate));
  const config = {
    facilities: [
      {
        code: 'BENCH',
        sources: [{ name: 'crates', kind: 'directory', path: 'crates' }],
        storage: [{ prefix: 'bench://raw/', url: origin }],
        network: { allow: ['127.0.0.1/32'] },
      },
    ],
  };
  await writeFile(join(dir, 'crate-bridge.json'), JSON.stringify(config));
  await timed(`${process.execPath} ${CLI} pull --quiet`, dir);
}

async function timed(command: string, cwd: string): Promise<number> {
  const started = performance.now();
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`exit ${code}: ${command}`);
  return (performance.now() - started) / 1000;
}

function report(seconds: ReadonlyMap<string, readonly number[]>, mib: number): void {
  const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
  const [first] = seconds.entries();
  if (first === undefined) return;
  const [ours, own] = first;
  console.log(
    `${mib} MiB over loopback, written and proven; median of ${own.length} rounds, process start included`,
  );
  for (const [name, all] of seconds) {
    const ratio = median(all) / median(own);
    console.log(name === ours ? `  ${name}` : `  ${(ratio).toFixed(2)} x the time of ${ours}: ${name}`);
  }
}
