import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

/** An experiment the server knows; `date` is shown under the name its draft has for it. */
export interface Experiment {
  readonly id: string;
  readonly date?: string;
  readonly fields?: JsonObject;
}

/** What the drafts of the API call the date and the window. */
export const DRAFTS = {
  'the newest draft': { field: 'creation_date', start: 'creation_date_start', end: 'creation_date_end' },
  'the draft of 2025-12-05': { field: 'date', start: 'date_start', end: 'date_end' },
  'the draft of 2025-12-08': {
    field: 'creationDate',
    start: 'creationDate_start',
    end: 'creationDate_end',
  },
} as const;

export interface SearchBehaviour {
  readonly experiments?: readonly Experiment[];
  readonly draft?: keyof typeof DRAFTS;
  /** Parameters it does not know: refused with a 400, as the API wants it, or ignored. */
  readonly unknown?: 'refused' | 'ignored';
  /** Replaces the answer of `/health`. */
  readonly health?: { readonly status: number; readonly body: JsonValue | string };
  /** Replaces the answer of `/search`. */
  readonly search?: { readonly status: number; readonly body: JsonValue | string };
  /** Only requests with this bearer token are answered. */
  readonly token?: string;
}

export interface SearchServer {
  /** Base URL of the API, no slash at the end. */
  readonly url: string;
  /** Queries of every search, as they came. */
  readonly searches: URLSearchParams[];
  /** What it does from now on. */
  behave(behaviour: SearchBehaviour): void;
  close(): Promise<void>;
}

/** A facility's search on a real socket, by the letter of the API unless told otherwise. */
export async function startSearch(behaviour: SearchBehaviour = {}): Promise<SearchServer> {
  let now = behaviour;
  const searches: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/api/v1/')) return send(response, 404, error(404, 'nothing there'));
    if (now.token !== undefined && !authorised(request, now.token)) {
      return send(response, 401, error(401, 'who are you'));
    }
    if (url.pathname === '/api/v1/health') {
      const { status, body } = now.health ?? { status: 200, body: HEALTHY };
      return send(response, status, body);
    }
    searches.push(url.searchParams);
    const { status, body } = now.search ?? found(now, url.searchParams);
    return send(response, status, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}/api/v1`,
    searches,
    behave: (behaviour) => {
      now = behaviour;
      searches.length = 0;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const HEALTHY: JsonObject = { status: 'healthy', facility: 'ALS', api_version: '0.1.0' };

const PARAMETERS = ['seguid', 'protein_name', 'technique', 'facility', 'instrument', 'is_public'];

function found(
  { experiments = [], draft = 'the newest draft', unknown = 'refused' }: SearchBehaviour,
  asked: URLSearchParams,
): { readonly status: number; readonly body: JsonValue } {
  const names = DRAFTS[draft];
  const known = [...PARAMETERS, names.start, names.end];
  const stranger = [...asked.keys()].find((name) => !known.includes(name));
  if (stranger !== undefined && unknown === 'refused') {
    return { status: 400, body: error(400, `There is no parameter ${stranger}`) };
  }
  const technique = asked.get('technique');
  if (technique === 'cryo-maybe') return { status: 400, body: error(400, "Invalid technique 'cryo-maybe'") };
  const start = asked.get(names.start);
  const results = experiments
    .filter(({ date }) => start === null || (date !== undefined && date >= start))
    .map(({ id, date, fields }) => ({
      experiment_id: id,
      facility: 'ALS',
      ...(date === undefined ? {} : { [names.field]: date }),
      something_new: { unheard: ['of'] },
      ...fields,
    }));
  return { status: 200, body: { results, count: results.length, also_new: true } };
}

function error(code: number, message: string): JsonObject {
  return { error: 'Something', code, message };
}

function authorised(request: IncomingMessage, token: string): boolean {
  return request.headers.authorization === `Bearer ${token}`;
}

function send(response: ServerResponse, status: number, body: JsonValue | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
