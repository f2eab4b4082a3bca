import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AwsClient } from 'aws4fetch';
import pLimit from 'p-limit';

/** A kind of S3-compatible store that can run on loopback. All check signatures; the region is us-east-1. */
export interface S3Kind {
  readonly name: string;
  /** Why it cannot run here; null where it can. */
  readonly missing: string | null;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Whether requests without a signature are let in. */
  readonly anonymous: boolean;
  /** Host under which a bucket has a host of its own, so that requests must be led to this machine. */
  readonly domain: string;
  readonly command: (folder: string) => readonly [string, ...string[]];
}

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** From npm. Its continuation tokens need a cipher that OpenSSL counts among its old ones. */
export const S3RVER: S3Kind = {
  name: 's3rver',
  missing: null,
  key: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  anonymous: true,
  domain: 's3.amazonaws.com',
  command: (folder) => [process.execPath, '--openssl-legacy-provider', beside('s3rver-store.ts'), folder],
};

/** OpenStack Swift as Debian packages it (python3-swift): a store that facilities run, and a strict one. */
export const SWIFT: S3Kind = {
  name: 'OpenStack Swift',
  missing: existsSync('/usr/lib/python3/dist-packages/swift/obj/mem_server.py') ? null : 'python3-swift',
  key: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
  anonymous: false,
  domain: 's3.test',
  command: (folder) => ['/usr/bin/python3', beside('swift-store.py'), folder],
};

export interface S3Server {
  /** `http://127.0.0.1:{port}`, no slash at the end. */
  readonly url: string;
  readonly port: number;
  makeBucket(bucket: string): Promise<void>;
  put(bucket: string, objects: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  close(): Promise<void>;
}

export async function startS3({ name, command, key }: S3Kind): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'crate-bridge-s3-'));
  const [program, ...options] = command(folder);
  const server = spawn(program, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const port = await Promise.race([
    once(createInterface(server.stdout), 'line').then(([line]) => Number(line)),
    ended.then(([code]) => Promise.reject(new Error(`${name} ended with code ${code}`))),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const client = new AwsClient({ ...key, service: 's3', region: 'us-east-1', retries: 0 });
  const send = async (path: string, body: Uint8Array) => {
    const answer = await client.fetch(url + path, { method: 'PUT', body: Buffer.from(body) });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${name} did not take ${path}: ${answer.status}`);
  };
  return {
    url,
    port,
    makeBucket: (bucket) => send(`/${bucket}`, new Uint8Array()),
    async put(bucket, objects) {
      await pLimit(16).map(Object.entries(objects), ([object, body]) =>
        send(`/${bucket}/${object.split('/').map(encodeURIComponent).join('/')}`, Buffer.from(body)),
      );
    },
    async close() {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
