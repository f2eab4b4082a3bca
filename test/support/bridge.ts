import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { createLocalBridge, type LocalBridge } from '../../src/bridge/local.ts';
import type { Config } from '../../src/config/contract.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Outcome } from '../../src/model/failure.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from './database.ts';

/** A bridge with a database of its own and a folder to put crates in. */
export interface TestBridge {
  readonly bridge: LocalBridge;
  /** The same database under another configuration, as after an operator's edit and a restart. */
  reconfigured(config: JsonObject, now?: () => Date): LocalBridge;
  readonly dir: string;
  readonly config: Config;
  /** What it keeps, beside the bridge. */
  readonly database: FreshRegistry;
  dispose(): Promise<void>;
}

let shared: Promise<FreshRegistry> | null = null;
afterAll(async () => {
  await (await shared)?.dispose();
});

/**
 * `config` is written as an operator writes it; relative folders start at the bridge's folder. The tests of a file share one
 * database, which is emptied after each.
 */
export async function testBridge(config: JsonObject, dir?: string): Promise<TestBridge> {
  const folder = dir ?? (await mkdtemp(join(tmpdir(), 'crate-bridge-test-')));
  shared ??= freshRegistry();
  const database = await shared;
  const parse = (written: JsonObject) =>
    valueFrom(parseConfig(JSON.stringify(written), join(folder, 'crate-bridge.json')));
  const make = (written: JsonObject, now?: () => Date) =>
    createLocalBridge({
      config: parse(written),
      registry: database.registry,
      env: {},
      cwd: folder,
      ...(now === undefined ? {} : { now }),
    });
  return {
    bridge: make(config),
    reconfigured: make,
    dir: folder,
    config: parse(config),
    database,
    dispose: async () => {
      await emptyDatabase(database);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes a file beneath a folder, with the folders it needs. */
export async function put(folder: string, path: string, content: string | Uint8Array): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
}

/** The value of an outcome that must be good; the test fails with what went wrong otherwise. */
export function valueFrom<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
}

/** The failure of an outcome that must be bad. */
export function failureFrom<T>(outcome: Outcome<T>) {
  if (!outcome.ok) return outcome.failure;
  throw new Error(`it went well: ${JSON.stringify(outcome.value)}`);
}

/** The smallest conformant LAMBDA Core crate, with what a test wants changed. */
export function smallCrate(options: {
  readonly name?: string;
  readonly sample?: string;
  readonly instrument?: string;
  readonly proposal?: string;
  readonly license?: boolean;
  /** Of each file. */
  readonly description?: string;
  readonly files: readonly {
    readonly id: string;
    readonly sha256: string;
    readonly size: number;
    readonly storageUri?: string;
  }[];
  readonly root?: Readonly<Record<string, JsonValue>>;
}): JsonObject {
  return {
    '@context': ['https://w3id.org/ro/crate/1.2/context', { lambda: 'http://w3id.org/lambda/' }],
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        conformsTo: { '@id': 'https://w3id.org/ro/crate/1.2' },
        about: { '@id': './' },
      },
      {
        '@id': './',
        '@type': ['Dataset', 'lambda:Dataset'],
        name: options.name ?? 'A collection',
        description: 'Made by a test.',
        datePublished: '2026-08-12',
        ...(options.license === false
          ? {}
          : { license: { '@id': 'https://creativecommons.org/licenses/by/4.0/' } }),
        conformsTo: [
          { '@id': 'https://w3id.org/ro/crate/1.2' },
          { '@id': 'https://w3id.org/lambda/profile/core/0.3.3' },
        ],
        facility_name: 'ALS',
        technique: 'saxs',
        instrumentName: options.instrument ?? '12.3.1',
        sample_code: options.sample ?? 'LYZ-42',
        ...(options.proposal === undefined ? {} : { proposal_id: options.proposal }),
        hasPart: options.files.map((f) => ({ '@id': f.id })),
        ...options.root,
      },
      ...options.files.map((f) => ({
        '@id': f.id,
        '@type': 'File',
        name: f.id.split('/').at(-1) ?? f.id,
        encodingFormat: 'text/plain',
        ...(options.description === undefined ? {} : { description: options.description }),
        contentSize: f.size,
        sha256: f.sha256,
        ...(f.storageUri === undefined ? {} : { storage_uri: f.storageUri }),
      })),
    ],
  };
}
