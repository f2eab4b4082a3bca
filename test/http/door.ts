import { randomUUID } from 'node:crypto';
import type { Bridge, Federation } from '../../src/bridge/contract.ts';
import { createApp } from '../../src/http/app.ts';
import type { DoorLog, DoorOptions } from '../../src/http/door.ts';
import { type ServerOptions, startServer } from '../../src/http/server.ts';
import { type Caller, callerFor, type Scope } from '../../src/model/caller.ts';
import { failure, type Outcome, success } from '../../src/model/failure.ts';
import type { DetailOf, ItemOf, ListFilters, ListKind, Page, PageRequest } from '../../src/model/items.ts';
import type { LambdaAnswer } from '../../src/model/lambda-search.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { RequestLimits } from '../../src/net/contract.ts';
import { fileScheme } from '../../src/storage/file.ts';
import { httpScheme } from '../../src/storage/http.ts';
import { openProven } from '../../src/storage/open.ts';

/** A file that the double of the bridge knows; its bytes are read from a real origin under a real proof. */
export interface KnownFile {
  readonly pointer: Pointer;
  readonly file_name: string;
  readonly encoding_format?: string | null;
  /** Answers instead of the file. */
  readonly refused?: Outcome<never>;
}

export interface Known {
  readonly items?: { readonly [K in ListKind]?: readonly ItemOf[K][] };
  readonly details?: { readonly [K in ListKind]?: Readonly<Record<string, DetailOf[K]>> };
  readonly files?: readonly KnownFile[];
  readonly callers?: Readonly<Record<string, Caller>>;
  /** A list fails once it is asked for this cursor. */
  readonly failAt?: string;
  readonly healthy?: boolean;
  /** What every LAMBDA search finds. */
  readonly search?: Outcome<LambdaAnswer>;
  /** Of requests to the origin. */
  readonly limits?: Partial<RequestLimits>;
}

/** What the door asked the bridge. */
export interface Asked {
  readonly lists: { readonly kind: ListKind; readonly filters: ListFilters; readonly page: PageRequest }[];
  readonly pulls: {
    readonly sources: readonly string[];
    readonly dryRun: boolean;
    readonly full: boolean | undefined;
    readonly acceptMissing: boolean | undefined;
    readonly caller: string;
  }[];
  readonly pullLists: { readonly source?: string; readonly limit: number; readonly caller: string }[];
  readonly opened: { readonly file: string; readonly unverified: boolean; readonly signal: AbortSignal }[];
  readonly tokens: Parameters<Bridge['createToken']>[0][];
}

export function caller(name: string, scopes: readonly Scope[], kind: 'token' | 'session' = 'token'): Caller {
  return callerFor({ name, kind, scopes, facilities: null, proposals: [] }, []);
}

const PULL_ID = '5a0a4a0e-7a53-4c0e-9d6b-0d8b4d1f6c11';

const REPORT: PullReport = {
  id: PULL_ID,
  source: 'als/crates',
  dry_run: false,
  trigger: 'request',
  full: true,
  complete: true,
  listed: 0,
  registered: 0,
  updated: 0,
  unchanged: 0,
  quarantined: 0,
  failed: 0,
  conflict: 0,
  withdrawn: 0,
  gone: 0,
  returned: 0,
  bytes_referenced: 0,
  bytes_copied: 0,
  items: [],
  problems: [],
  started_at: '2026-03-01T12:00:00.000Z',
  finished_at: '2026-03-01T12:01:00.000Z',
};

/** A bridge whose registry is a few items in memory: the door is what is under test here. */
export function bridgeOver(known: Known): { readonly bridge: Bridge & Federation; readonly asked: Asked } {
  const asked: Asked = { lists: [], pulls: [], pullLists: [], opened: [], tokens: [] };
  const secrets = new Map(Object.entries(known.callers ?? {}));
  const http = createHttpClient({ allow: ['127.0.0.0/8'] });
  const fileById = (id: string): Outcome<KnownFile> => {
    const file = known.files?.find((one) => one.pointer.id === id);
    if (file === undefined) return failure('not_found', `There is no file ${id}.`);
    return file.refused ?? success(file);
  };
  const unused = async () => failure('internal', 'not part of this test');
  const bridge: Bridge & Federation = {
    list: async (kind, filters, page) => {
      asked.lists.push({ kind, filters, page });
      if (page.cursor !== null && page.cursor === known.failAt) {
        return failure('database_unavailable', 'The database went away.');
      }
      return pageOf(known.items?.[kind] ?? [], page);
    },
    get: async (kind, id) => {
      const found = known.details?.[kind]?.[id];
      return found === undefined ? failure('not_found', `There is no ${kind} ${id}.`) : success(found);
    },
    facilities: async () => success([FACILITY]),
    facility: async (code) =>
      code === FACILITY.code ? success(FACILITY) : failure('not_found', `There is no facility ${code}.`),
    countRunsByStatus: async () => success({ raw: 2, undeclared: 1 }),
    pull: unused,
    startPulls: async ({ sources, dryRun, full, acceptMissing }, { name }) => {
      asked.pulls.push({ sources, dryRun, full, acceptMissing, caller: name });
      return success([{ id: PULL_ID, source: 'als/crates' }]);
    },
    pullReport: async (id) =>
      id === PULL_ID ? success({ state: 'done', report: REPORT }) : failure('not_found', `No pull ${id}.`),
    sources: unused,
    pauseSource: unused,
    resumeSource: unused,
    pulls: async (filters, { name }) => {
      asked.pullLists.push({ ...filters, caller: name });
      return success([{ state: 'finished', report: REPORT }]);
    },
    changes: unused,
    drift: unused,
    validate: unused,
    open: async (request) => {
      asked.opened.push(request);
      const file = fileById(request.file);
      if (!file.ok) return file;
      const { pointer } = file.value;
      const stream = await openProven(
        pointer,
        { kind: 'http', url: pointer.storage_uri ?? '' },
        { http: httpScheme(http, known.limits), file: fileScheme() },
        {
          signal: request.signal,
          allowUnverified: request.unverified,
        },
      );
      return stream.ok ? success({ file: described(file.value), stream: stream.value }) : stream;
    },
    describe: async (id) => {
      const file = fileById(id);
      if (!file.ok) return file;
      return success({ file: described(file.value), verifiable: file.value.pointer.sha256 !== null });
    },
    fileItem: unused,
    why: unused,
    lambdaSearch: async () => known.search ?? success({ first: [], rest: null }),
    lambdaHealth: async () => ({
      status: known.healthy === false ? 'unhealthy' : 'healthy',
      facility: 'ALS',
      database: { status: known.healthy === false ? 'unhealthy' : 'healthy', latency_ms: 1 },
    }),
    crateDocument: unused,
    push: unused,
    quarantined: unused,
    quarantinedCrate: unused,
    retryQuarantined: unused,
    linkFindings: unused,
    rebase: unused,
    undoRebase: unused,
    rebases: unused,
    redact: unused,
    withdraw: unused,
    tombstones: unused,
    liftTombstone: unused,
    findingsBehind: unused,
    authenticate: async (secret) => {
      if (secret === null) return success(callerFor(null, []));
      const found = secrets.get(secret);
      if (secret.startsWith('once-')) secrets.delete(secret);
      return found === undefined
        ? failure('unauthenticated', 'The token is unknown, expired or revoked.')
        : success(found);
    },
    createToken: async (token) => {
      asked.tokens.push(token);
      const secret = `made-${randomUUID()}`;
      secrets.set(secret, caller(token.name, token.scopes, 'session'));
      return success({ id: randomUUID(), secret });
    },
    tokens: unused,
    revokeToken: unused,
    health: async () => ({
      status: known.healthy === false ? 'unhealthy' : 'healthy',
      version: '0.0.0',
      engine: 'embedded',
    }),
    close: () => http.close(),
  };
  return { bridge, asked };
}

const FACILITY = {
  id: 'als',
  code: 'als',
  name: 'Advanced Light Source',
  ror: null,
  timezone: 'America/Los_Angeles',
  access: { metadata: 'public', content: 'restricted' },
  sources: [{ name: 'crates', kind: 'urls', schedule: null }],
  crates: 1,
  runs: 3,
  files: 9,
  bytes_referenced: 12_345,
};

/** Cursors are plain offsets here; what they look like is the registry's business. */
function pageOf<T>(items: readonly T[], { limit, cursor }: PageRequest): Outcome<Page<T>> {
  const from = cursor === null ? 0 : Number(cursor);
  if (Number.isNaN(from))
    return failure('usage', 'The cursor is not one of this list.', { where: '?cursor' });
  const next = from + limit < items.length ? String(from + limit) : null;
  return success({ items: items.slice(from, from + limit), next, total: items.length });
}

function described(file: KnownFile) {
  const { pointer, file_name, encoding_format = null } = file;
  const { id, sha256, file_size_bytes, storage_uri } = pointer;
  return { id, file_name, encoding_format, sha256, file_size_bytes, storage_uri: storage_uri ?? '' };
}

export interface OpenDoor {
  readonly url: string;
  readonly port: number;
  readonly asked: Asked;
  /** Messages logged, with their facts. */
  readonly log: { readonly message: string; readonly facts: object }[];
  close(): Promise<void>;
}

/** The door on a real socket of loopback. */
export async function openDoor(
  known: Known = {},
  options: Partial<DoorOptions> & Partial<ServerOptions> = {},
): Promise<OpenDoor> {
  const { bridge, asked } = bridgeOver(known);
  const log: { message: string; facts: object }[] = [];
  const write = (facts: object, message: string) => void log.push({ message, facts });
  const logger: DoorLog = { info: write, warn: write, error: write };
  const app = createApp({ bridge, log: logger, ...options });
  const server = await startServer({ host: '127.0.0.1', port: 0, log: logger, graceMs: 0, ...options, app });
  if (!server.ok) throw new Error(server.failure.message);
  return {
    url: server.value.url,
    port: server.value.port,
    asked,
    log,
    close: async () => {
      await server.value.close();
      await bridge.close();
    },
  };
}
