import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import { failureFrom, valueFrom } from '../support/bridge.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

type Behaviour = (response: ServerResponse, path: string) => void;

/** An origin that counts what is in flight: from the first byte of a request to the last of its answer. */
async function countingOrigin(behave: Behaviour) {
  const seen: string[] = [];
  let inFlight = 0;
  let most = 0;
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    inFlight += 1;
    most = Math.max(most, inFlight);
    response.once('close', () => {
      inFlight -= 1;
    });
    response.on('error', () => {});
    behave(response, request.url ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const made = {
    url: `http://127.0.0.1:${port}`,
    seen,
    inFlight: () => inFlight,
    most: () => most,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  open.push(made);
  return made;
}

function client(options: Partial<HttpClientOptions>): HttpClient {
  const made = createHttpClient({ allow: ['127.0.0.1'], random: () => 0, ...options });
  open.push(made);
  return made;
}

/** Ways a request can go, each of which must give its turn back. */
const WAYS = [
  'good',
  'slow',
  'missing',
  'redirect',
  'cut',
  'reset',
  'huge',
  'aborted',
  'not-modified',
  'head',
] as const;

const misbehave: Behaviour = (response, path) => {
  const way = path.slice(1).split('/')[0];
  if (way === 'missing') response.writeHead(404).end('no');
  else if (way === 'redirect') response.writeHead(302, { location: '/good/there' }).end();
  else if (way === 'cut') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('part');
    setImmediate(() => response.socket?.destroy());
  } else if (way === 'reset') response.socket?.resetAndDestroy();
  else if (way === 'huge') response.writeHead(200).end(Buffer.alloc(100_000));
  else if (way === 'aborted') response.writeHead(200).write('for ever');
  else if (way === 'not-modified') response.writeHead(304).end();
  else if (way === 'slow')
    setImmediate(() => response.write('s', () => setImmediate(() => response.end('low'))));
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
};

describe('requests to one origin', () => {
  it('are never more than allowed in flight, and every turn is given back however a request ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom(...WAYS), { minLength: 1, maxLength: 24 }),
        async (concurrency, ways) => {
          const at = await countingOrigin(misbehave);
          const http = client({ concurrency, sleep: async () => {} });
          const run = async (way: (typeof WAYS)[number], index: number) => {
            const url = `${at.url}/${way}/${index}`;
            const limits = { retries: way === 'reset' ? 1 : 0, deadline: 20_000 };
            if (way === 'head') return http.request({ url, method: 'HEAD', limits });
            const controller = new AbortController();
            const asked = http.fetchDocument({
              url,
              maxBytes: 50_000,
              limits,
              signal: controller.signal,
              ...(way === 'not-modified' ? { headers: { 'if-none-match': '"a"' } } : {}),
            });
            // Some are called off while they wait for their turn, some while their body is read.
            if (way === 'aborted' && index % 2 === 0) controller.abort();
            else if (way === 'aborted') {
              await expect.poll(() => at.seen.includes(`/aborted/${index}`)).toBe(true);
              controller.abort();
            }
            return asked;
          };
          await Promise.all(ways.map(run));
          expect(at.most()).toBeLessThanOrEqual(concurrency);
          // Had a turn been lost, fewer than allowed could be in flight now.
          const last = await Promise.all(
            Array.from({ length: concurrency }, (_, i) =>
              http.request({ url: `${at.url}/aborted/held-${i}`, limits: { deadline: 20_000 } }),
            ),
          );
          expect(at.inFlight()).toBeGreaterThanOrEqual(concurrency);
          for (const answer of last)
            valueFrom(answer)
              .body.on('error', () => {})
              .destroy();
          await Promise.all([http.close(), at.close()]);
          open.splice(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('go in the order they came', async () => {
    const at = await countingOrigin(misbehave);
    const http = client({ concurrency: 1 });
    const urls = Array.from({ length: 12 }, (_, i) => `/slow/${i}`);
    await Promise.all(urls.map((path) => http.fetchDocument({ url: at.url + path, maxBytes: 10 })));
    expect(at.seen).toEqual(urls);
  });

  it('hold a turn until a document is read, and a stream only until it begins', async () => {
    const at = await countingOrigin(misbehave);
    const http = client({ concurrency: 1 });
    const stream = valueFrom(await http.request({ url: `${at.url}/aborted/stream` }));
    const document = valueFrom(
      await http.request({ url: `${at.url}/aborted/document`, limits: { deadline: 60_000 } }),
    );
    const next = http.fetchDocument({ url: `${at.url}/good`, maxBytes: 10 });
    // Another client's whole exchange goes by meanwhile.
    await client({}).fetchDocument({ url: `${at.url}/slow`, maxBytes: 10 });
    expect(at.seen).toEqual(['/aborted/stream', '/aborted/document', '/slow']);
    document.body.on('error', () => {}).destroy();
    expect((await next).ok).toBe(true);
    stream.body.on('error', () => {}).destroy();
  });

  it('wait for a turn within their deadline only', async () => {
    const at = await countingOrigin(misbehave);
    const http = client({ concurrency: 1 });
    const holding = valueFrom(
      await http.request({ url: `${at.url}/aborted/holds`, limits: { deadline: 60_000 } }),
    );
    const waiting = await http.request({ url: `${at.url}/good`, limits: { deadline: 40 } });
    expect(failureFrom(waiting).code).toBe('timed_out');
    expect(at.seen).toEqual(['/aborted/holds']);
    holding.body.on('error', () => {}).destroy();
    expect((await http.fetchDocument({ url: `${at.url}/good`, maxBytes: 10 })).ok).toBe(true);
  });

  it('do not wait for another origin, not even for one that redirects back', async () => {
    const at = await countingOrigin(misbehave);
    const there = await countingOrigin((response) => {
      response.writeHead(302, { location: `${at.url}/good` }).end();
    });
    const http = client({ concurrency: 1 });
    const around = Array.from({ length: 6 }, () =>
      http.fetchDocument({ url: `${there.url}/a`, maxBytes: 10 }),
    );
    expect((await Promise.all(around)).every((answer) => answer.ok)).toBe(true);
  });

  it('are spaced by the rate', async () => {
    const at = await countingOrigin(misbehave);
    const other = await countingOrigin(misbehave);
    const waits: number[] = [];
    const http = client({
      requestsPerSecond: 4,
      now: () => 1_000_000,
      sleep: async (milliseconds) => void waits.push(milliseconds),
    });
    const ask = (url: string) => http.fetchDocument({ url, maxBytes: 10 });
    await Promise.all([1, 2, 3, 4].map((i) => ask(`${at.url}/good/${i}`)));
    expect(waits).toEqual([250, 500, 750]);
    await ask(`${other.url}/good`);
    expect(waits).toHaveLength(3);
  });
});

describe('an origin that asks to be left alone', () => {
  /** Answers 429 until its clock reads later; time passes for its clients only when the gate is opened. */
  function reluctant(until: number, retryAfter: string) {
    const state = { clock: 1_000_000, waits: [] as number[], open: () => {} };
    const gate = new Promise<void>((resolve) => {
      state.open = () => {
        state.clock = until;
        resolve();
      };
    });
    const behave: Behaviour = (response) => {
      if (state.clock < until) response.writeHead(429, { 'retry-after': retryAfter }).end('later');
      else response.writeHead(200).end('{}');
    };
    const options: Partial<HttpClientOptions> = {
      concurrency: 2,
      now: () => state.clock,
      sleep: async (milliseconds) => {
        state.waits.push(milliseconds);
        await gate;
      },
    };
    return { state, behave, options };
  }

  it('is: other requests wait as well', async () => {
    const { state, behave, options } = reluctant(1_020_000, '20');
    const at = await countingOrigin(behave);
    const http = client(options);
    const first = http.fetchDocument({ url: `${at.url}/1`, maxBytes: 10 });
    await expect.poll(() => state.waits.length).toBe(1);
    const others = [2, 3, 4].map((i) => http.fetchDocument({ url: `${at.url}/${i}`, maxBytes: 10 }));
    await expect.poll(() => state.waits.length).toBe(2);
    state.open();
    const answers = await Promise.all([first, ...others]);
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, true]);
    // One refusal, then one request each: nobody else had to be told.
    expect(at.seen).toHaveLength(5);
    expect(state.waits).toEqual([20_000, 20_000]);
  });

  it('for longer than a request may take is not asked by it, and the caller is told how long', async () => {
    const { state, behave, options } = reluctant(Number.POSITIVE_INFINITY, '3600');
    const at = await countingOrigin(behave);
    const http = client(options);
    const ask = () => http.request({ url: `${at.url}/a`, limits: { deadline: 30_000 } });
    expect(failureFrom(await ask())).toMatchObject({ code: 'upstream_status', retryAfterSeconds: 3600 });
    expect(failureFrom(await ask())).toMatchObject({
      code: 'upstream_status',
      retryable: true,
      retryAfterSeconds: 60,
    });
    expect(at.seen).toHaveLength(1);
    expect(state.waits).toEqual([]);
  });
});
