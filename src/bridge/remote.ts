import type { Caller } from '../model/caller.ts';
import { OPERATOR } from '../model/caller.ts';
import type { ChangeEvent } from '../model/changes.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { FileItem } from '../model/items.ts';
import type { PullReport } from '../model/reports.ts';
import type { SourceItem } from '../model/sources.ts';
import { openProven } from '../storage/open.ts';
import type { Bridge, OpenedFile, PullRequest } from './contract.ts';
import { remoteCurating } from './remote-curating.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';
import { serviceScheme } from './service-scheme.ts';
import { validate } from './validate.ts';

/** How often a running pull is asked for its report. */
const POLL_MS = 500;

/**
 * The same use cases on a running service (`CRATE_BRIDGE_URL`). Bytes are proven here, at the client: the service's own
 * proof is not taken on trust.
 */
export function createRemoteBridge(options: {
  readonly url: string;
  readonly token: string | null;
  readonly cwd: string;
}): Bridge {
  const service = createServiceClient(options);

  const fileItem = async (file: string): Promise<Outcome<FileItem>> => {
    if (!file.includes('://')) return service.json<FileItem>(`files/${encodeURIComponent(file)}`);
    const page = await service.json<{ items: readonly FileItem[] }>('files', {
      storage_uri: [file],
      limit: '1',
    });
    if (!page.ok) return page;
    const [first] = page.value.items;
    return first === undefined
      ? failure('not_found', `No registered file has the storage_uri ${file}.`, { found: file })
      : success(first);
  };

  return {
    list: (kind, filters, page) =>
      service.json(kind, {
        ...filters,
        limit: String(page.limit),
        ...(page.cursor === null ? {} : { cursor: page.cursor }),
      }),
    get: (kind, id) => service.json(`${kind}/${encodeURIComponent(id)}`),
    facilities: async () => {
      const page = await service.json<{ items: readonly never[] }>('facilities');
      return page.ok ? success(page.value.items) : page;
    },
    facility: (code) => service.json(`facilities/${encodeURIComponent(code)}`),
    fileItem,
    why: async (file) => {
      const item = await fileItem(file);
      return item.ok ? service.json(`files/${encodeURIComponent(item.value.id)}/why`) : item;
    },
    countRunsByStatus: async (filters) => {
      const counted = await service.json<{ counts: Readonly<Record<string, number>> }>('runs/status-counts', {
        ...filters,
      });
      return counted.ok ? success(counted.value.counts) : counted;
    },

    pull: async (request) => {
      const started = await startPulls(service, request);
      if (!started.ok) return started;
      const reports: PullReport[] = [];
      for (const { id, source } of started.value) {
        const report = await waitForPull(service, id, ({ listed, items }) =>
          request.progress?.at(source, { listed, done: items.length }),
        );
        if (!report.ok) return report;
        reports.push(report.value);
      }
      return success(reports);
    },
    startPulls: (request) => startPulls(service, request),
    pulls: async ({ source, limit }) => {
      const query = { limit: String(limit), ...(source === undefined ? {} : { source }) };
      const page = await service.json<{ items: readonly (Omit<PullReport, 'items'> & { state: string })[] }>(
        'pulls',
        query,
      );
      if (!page.ok) return page;
      return success(
        page.value.items.map(({ state, ...report }) => ({ state, report: { ...report, items: [] } })),
      );
    },
    pullReport: (id) => pullReport(service, id),

    sources: async () => {
      const page = await service.json<{ items: readonly SourceItem[] }>('sources');
      return page.ok ? success(page.value.items) : page;
    },
    pauseSource: (source, because) =>
      atSource(service, source, async (path) =>
        service.post(`${path}/pause`, because === null ? {} : { because }),
      ),
    resumeSource: (source) => atSource(service, source, async (path) => service.post(`${path}/resume`, {})),

    push: async ({ source, path, mediaType, read }) => {
      const bytes = await read();
      if (!bytes.ok) return bytes;
      const query = path === null ? {} : { path };
      return service.send(`sources/${encodeURIComponent(source)}/crates`, query, {
        bytes: bytes.value,
        mediaType,
      });
    },
    quarantined: (filters, page) =>
      service.json('quarantine', {
        ...filters,
        limit: String(page.limit),
        ...(page.cursor === null ? {} : { cursor: page.cursor }),
      }),
    quarantinedCrate: (id) => service.json(`quarantine/${encodeURIComponent(id)}`),
    retryQuarantined: (id) => service.post(`quarantine/${encodeURIComponent(id)}/retry`, {}),
    linkFindings: async (id, days) => {
      const made = await service.post<{ readonly url: string; readonly expires_at: string }>(
        `quarantine/${encodeURIComponent(id)}/link`,
        days === null ? {} : { days },
      );
      if (!made.ok) return made;
      const { url, expires_at } = made.value;
      return success({ url, path: new URL(url).pathname, expires_at });
    },

    validate: (sources, profile) => validate(sources, profile, options.cwd),

    open: async (request): Promise<Outcome<OpenedFile>> => {
      const item = await fileItem(request.file);
      if (!item.ok) return item;
      const file = item.value;
      const name = encodeURIComponent(file.file_name);
      const url = service.url(
        `files/${file.id}/content/${name}`,
        request.unverified ? { unverified: 'allow' } : {},
      );
      const stream = await openProven(
        {
          id: file.id,
          file_iri: file.iri,
          storage_uri: file.storage_uri,
          sha256: file.sha256,
          file_size_bytes: file.file_size_bytes,
        },
        { kind: 'http', url, ...(service.credential === null ? {} : { credential: service.credential }) },
        { http: serviceScheme(service), file: serviceScheme(service) },
        { signal: request.signal, allowUnverified: request.unverified },
      );
      if (!stream.ok) return stream;
      return success({ file: { ...file, storage_uri: file.storage_uri ?? url }, stream: stream.value });
    },
    describe: async (file) => {
      const item = await fileItem(file);
      if (!item.ok) return item;
      const { storage_uri: uri } = item.value;
      return uri === null
        ? failure('no_storage_uri', `${item.value.file_name} has no storage_uri.`)
        : success({ file: { ...item.value, storage_uri: uri }, verifiable: item.value.sha256 !== null });
    },

    changes: async ({ after, limit, filters, waitSeconds, signal }) => {
      const page = await service.json<{ readonly items: readonly ChangeEvent[]; readonly next: string }>(
        'changes',
        {
          ...filters,
          ...(after === null ? {} : { after }),
          limit: String(limit),
          wait: String(waitSeconds),
        },
        // the answer is held that long, and the way there and back takes time as well
        { patience: (waitSeconds + 30) * 1000, ...(signal === undefined ? {} : { signal }) },
      );
      return page.ok ? success({ changes: page.value.items, next: page.value.next }) : page;
    },
    drift: (filters) => service.json('drift', { ...filters }),

    // The service knows the caller by the token; who asks here is whoever holds it.
    authenticate: async (): Promise<Outcome<Caller>> => success(OPERATOR),
    createToken: async () =>
      failure(
        'usage',
        'Tokens are made on the machine that holds the database: unset CRATE_BRIDGE_URL there.',
      ),
    tokens: async () =>
      failure(
        'usage',
        'Tokens are listed on the machine that holds the database: unset CRATE_BRIDGE_URL there.',
      ),
    revokeToken: async () =>
      failure(
        'usage',
        'Tokens are revoked on the machine that holds the database: unset CRATE_BRIDGE_URL there.',
      ),

    health: async () => {
      const health = await service.json<{ status: 'healthy' | 'unhealthy'; version: string }>('health');
      return health.ok
        ? { status: health.value.status, version: health.value.version, engine: 'remote' }
        : { status: 'unhealthy', version: 'unknown', engine: 'remote' };
    },
    ...remoteCurating(service),

    close: () => service.close(),
  };
}

/** Does something at the path of a source, which a name alone stands for when no other source has it. */
async function atSource(
  service: ServiceClient,
  name: string,
  work: (path: string) => Promise<Outcome<unknown>>,
): Promise<Outcome<void>> {
  const page = await service.json<{ items: readonly SourceItem[] }>('sources');
  if (!page.ok) return page;
  const matching = page.value.items.filter((item) => item.id === name || item.name === name);
  const [only, ...more] = matching;
  if (only === undefined || more.length > 0) {
    const expected = (only === undefined ? page.value.items : matching).map((item) => item.id).join(', ');
    const message = only === undefined ? `No source is called ${name}.` : `${name} names several sources.`;
    return failure('usage', message, { found: name, expected });
  }
  const done = await work(`sources/${encodeURIComponent(only.facility)}/${encodeURIComponent(only.name)}`);
  return done.ok ? success(undefined) : done;
}

async function startPulls(
  service: ServiceClient,
  { sources, dryRun, full = false, acceptMissing = false }: PullRequest,
): Promise<Outcome<readonly { readonly id: string; readonly source: string }[]>> {
  const started = await service.post<{ pulls: readonly { id: string; source: string }[] }>('pulls', {
    sources,
    dry_run: dryRun,
    full,
    accept_missing: acceptMissing,
  });
  return started.ok ? success(started.value.pulls) : started;
}

async function pullReport(
  service: ServiceClient,
  id: string,
): Promise<Outcome<{ readonly state: string; readonly report: PullReport }>> {
  const answer = await service.json<PullReport & { readonly state: string }>(
    `pulls/${encodeURIComponent(id)}`,
  );
  if (!answer.ok) return answer;
  const { state, ...report } = answer.value;
  return success({ state, report });
}

async function waitForPull(
  service: ServiceClient,
  id: string,
  progress: (report: PullReport) => void,
): Promise<Outcome<PullReport>> {
  for (;;) {
    const answer = await pullReport(service, id);
    if (!answer.ok) return answer;
    progress(answer.value.report);
    if (answer.value.state !== 'running') return success(answer.value.report);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
