import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { bindingAllowed } from '../../src/http/binding.ts';
import { problemKinds } from '../../src/http/problem-kinds.ts';
import { startServer } from '../../src/http/server.ts';
import { FAILURES } from '../../src/model/failure.ts';
import { generatedSha256, startOrigin } from '../support/origin.ts';
import { bridgeOver, type OpenDoor, openDoor } from './door.ts';
import { pointer, runs, uuid } from './samples.ts';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({ items: { runs: runs(3) } });
});
afterAll(() => door.close());

describe('a path where nothing is', () => {
  it('is a problem that guesses what was meant', async () => {
    const answer = await fetch(`${door.url}/api/v1/run`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'not_found', expected: '/api/v1/runs' });
    expect(text).toContain('did you mean');
  });

  it.each([
    ['DELETE', '/api/v1/runs', 'GET, HEAD'],
    ['POST', `/api/v1/runs/${uuid(1)}`, 'GET, HEAD'],
    ['DELETE', '/api/v1/pulls', 'GET, HEAD, POST'],
    ['PUT', '/health', 'GET, HEAD'],
  ])('for %s %s says which methods are', async (method, path, allow) => {
    const answer = await fetch(`${door.url}${path}`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed', found: method });
  });
});

describe('an unexpected error', () => {
  it('is a problem without its inside, which is in the log', async () => {
    const { bridge } = bridgeOver({});
    const log: object[] = [];
    const write = (facts: object) => void log.push(facts);
    const broken = {
      ...bridge,
      list: async () => {
        throw new Error('secret inside');
      },
    };
    const app = createApp({ bridge: broken, log: { info: write, warn: write, error: write } });
    const answer = await app.request('/api/v1/runs');
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', type: '/problems/internal' });
    expect(text).not.toContain('secret');
    expect(log).toEqual([expect.objectContaining({ err: expect.any(Error), path: '/api/v1/runs' })]);
  });
});

describe('the type of a problem', () => {
  it('can be looked up for every code a use case or the door can fail with', async () => {
    const codes = problemKinds().map((kind) => kind.code);
    expect(codes).toEqual(expect.arrayContaining(Object.keys(FAILURES)));
    for (const code of codes) {
      const answer = await fetch(`${door.url}/problems/${code}`);
      expect(await answer.json()).toMatchObject({ code, title: expect.stringMatching(/\w/) });
    }
    expect((await fetch(`${door.url}/problems/not_fund`)).status).toBe(404);
  });
});

describe('health', () => {
  it('is told to anyone, whatever they carry', async () => {
    const headers = { authorization: 'Bearer unknown' };
    for (const path of ['/health', '/api/v1/health']) {
      const answer = await fetch(`${door.url}${path}`, { headers });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ status: 'healthy' });
    }
    const ill = await openDoor({ healthy: false });
    const answer = await fetch(`${ill.url}/health`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: 'unhealthy' });
    await ill.close();
  });
});

describe('every answer', () => {
  it.each(['/', '/health', '/api/v1/runs', '/api/v1/nothing', '/openapi.json'])(
    'of %s is guarded',
    async (path) => {
      const { headers } = await fetch(`${door.url}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.has('access-control-allow-origin')).toBe(false);
    },
  );

  it('of the start page leads on', async () => {
    const answer = await fetch(door.url);
    const text = await answer.text();
    for (const href of Object.values<string>(JSON.parse(text).links)) {
      expect((await fetch(`${door.url}${href}`)).status).toBe(200);
    }
  });
});

/** Status for a Host header sent as it is. */
function statusFor(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/health', headers: { host }, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject).end();
  });
}

describe('a service on loopback', () => {
  it.each([
    ['localhost', 200],
    ['localhost:9999', 200],
    ['127.0.0.1', 200],
    ['127.1.2.3:80', 200],
    ['[::1]:80', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['10.0.0.1', 421],
    ['bridge.example', 421],
  ])('asked for as %s answers %i', async (host, status) => {
    expect(await statusFor(door.port, host)).toBe(status);
  });

  it('answers to the name of the proxy before it', async () => {
    const behind = await openDoor({}, { names: ['bridge.example'] });
    expect(await statusFor(behind.port, 'bridge.example')).toBe(200);
    expect(await statusFor(behind.port, 'evil.example')).toBe(421);
    await behind.close();
  });

  it('looks at an absolute request target too, and does without a Host in HTTP/1.0', async () => {
    expect(await raw('GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n')).toMatch(
      /^HTTP\/1.1 421 /,
    );
    expect(await raw('GET /health HTTP/1.0\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  function raw(head: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(door.port, '127.0.0.1');
      let text = '';
      socket.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      socket.on('end', () => resolve(text)).on('error', reject);
      socket.write(`${head}Connection: close\r\n\r\n`);
    });
  }
});

describe('binding', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1'])(
    'to %s needs no token',
    (host) => {
      expect(bindingAllowed(host, false).ok).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '',
    '10.0.0.1',
    'bridge.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
  ])('to "%s" needs one', (host) => {
    expect(bindingAllowed(host, false)).toMatchObject({ ok: false, failure: { code: 'usage' } });
    expect(bindingAllowed(host, true).ok).toBe(true);
  });

  it('where something else serves is a failure that says so', async () => {
    const app = createApp({ bridge: bridgeOver({}).bridge });
    const second = await startServer({ app, host: '127.0.0.1', port: door.port });
    expect(second).toMatchObject({ ok: false, failure: { code: 'usage' } });
    if (!second.ok) expect(second.failure.message).toContain('something else');
  });
});

describe('closing', () => {
  it('breaks off what does not finish in time, so that it cannot look whole', async () => {
    const size = 256 * 1024 * 1024;
    const origin = await startOrigin({ '/f': { content: { size } } });
    const file = pointer({
      storage_uri: `${origin.url}/f`,
      sha256: generatedSha256(size),
      file_size_bytes: size,
    });
    const closing = await openDoor({ files: [{ pointer: file, file_name: 'f' }] }, { graceMs: 50 });
    const answer = await fetch(`${closing.url}/api/v1/files/${file.id}/content/f`);
    const reader = answer.body?.getReader();
    await reader?.read();
    await closing.close();
    const rest = async () => {
      for (;;) if ((await reader?.read())?.done !== false) return 'whole';
    };
    await expect(rest()).rejects.toThrow();
    await origin.close();
  });

  it('lets a running answer finish', async () => {
    const { bridge } = bridgeOver({ items: { runs: runs(1) } });
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const slow: typeof bridge = {
      ...bridge,
      list: async (...question) => {
        asked.resolve();
        await go.promise;
        return bridge.list(...question);
      },
    };
    const server = await startServer({ app: createApp({ bridge: slow }), host: '127.0.0.1', port: 0 });
    if (!server.ok) throw new Error(server.failure.message);
    const answer = fetch(`${server.value.url}/api/v1/runs`);
    await asked.promise;
    const closed = server.value.close();
    go.resolve();
    expect((await answer).status).toBe(200);
    await closed;
    await expect(fetch(`${server.value.url}/health`)).rejects.toThrow();
  });
});
