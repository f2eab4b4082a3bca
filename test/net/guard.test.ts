import { lookup } from 'node:dns';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressAllowed, parseRanges } from '../../src/net/address.ts';
import { createHttpClient } from '../../src/net/client.ts';
import { checkAddress, checkUrl, guardedLookup, type Resolver } from '../../src/net/guard.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

const LOOPBACK = parseRanges(['127.0.0.0/8', '::1']);

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '192.0.0.8',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::10.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '64:ff9b:1::a00:1',
    '2002:a00:1::',
    '2001::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '3fff::1',
    'localhost',
    '',
    '127.1',
  ])('refuses %s', (address) => {
    expect(addressAllowed(address, [])).toBe(false);
  });

  it.each(['1.1.1.1', '141.14.0.1', '::ffff:1.1.1.1', '2a00:1450:4001::1', '2606:4700::1111'])(
    'allows %s',
    (address) => {
      expect(addressAllowed(address, [])).toBe(true);
    },
  );

  it('allows what a range names and nothing beside it', () => {
    const allow = parseRanges(['10.1.0.0/16', 'fd00::/8', '192.168.7.7']);
    expect(addressAllowed('10.1.2.3', allow)).toBe(true);
    expect(addressAllowed('::ffff:10.1.2.3', allow)).toBe(true);
    expect(addressAllowed('10.2.0.1', allow)).toBe(false);
    expect(addressAllowed('fd00::5', allow)).toBe(true);
    expect(addressAllowed('192.168.7.7', allow)).toBe(true);
    expect(addressAllowed('192.168.7.8', allow)).toBe(false);
  });

  it('does not take a wrong range for an empty one', () => {
    expect(() => parseRanges(['10.0.0.0/8', 'everything'])).toThrow(RangeError);
  });

  it('keeps public addresses to HTTP ports, and listed ones to none', () => {
    expect(checkAddress('1.1.1.1', 25, [])).toMatchObject({ code: 'blocked_address' });
    expect(checkAddress('1.1.1.1', 443, [])).toBeNull();
    expect(checkAddress('1.1.1.1', 8443, [])).toBeNull();
    expect(checkAddress('127.0.0.1', 25, LOOPBACK)).toBeNull();
  });
});

describe('URLs', () => {
  it.each([
    'http://127.1/x',
    'http://0x7f000001/x',
    'http://2130706433/x',
    'http://017700000001/x',
    'http://[::ffff:127.0.0.1]/x',
    'http://[::1]/x',
    'http://[::7f00:1]/x',
    'http://0.0.0.0/x',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/x',
    'http://１２７.0.0.1/x',
    'ftp://example.org/x',
    'file:///etc/passwd',
    'gopher://example.org/',
    'http://user:secret@example.org/x',
    'not a url',
    '',
  ])('refuses %s', (url) => {
    const checked = checkUrl(url, []);
    expect(checked).toMatchObject({ ok: false, failure: { code: 'blocked_address' } });
    expect(JSON.stringify(checked)).not.toContain('secret');
  });

  it('allows a public URL, and a private one that is listed', () => {
    expect(checkUrl('https://data.example.org/x', []).ok).toBe(true);
    expect(checkUrl('http://127.1:8080/x', LOOPBACK).ok).toBe(true);
  });
});

/** A name server that answers what it is told to. */
function answering(...addresses: string[]): Resolver {
  return (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

describe('the client', () => {
  let origin: TestOrigin;
  beforeAll(async () => {
    origin = await startOrigin({ '/x': Buffer.from('internal') });
  });
  afterAll(() => origin.close());

  it.each(['127.0.0.1', '127.1', '0x7f000001', '2130706433', '0.0.0.0', '[::ffff:127.0.0.1]', 'localhost'])(
    'does not reach %s',
    async (host) => {
      const client = createHttpClient({ allow: [] });
      const answer = await client.request({
        url: `http://${host}:${origin.port}/x`,
        limits: { retries: 0, connectTimeout: 2000 },
      });
      expect(answer).toMatchObject({ ok: false, failure: { code: 'blocked_address' } });
      await client.close();
      expect(origin.requests).toHaveLength(0);
    },
  );

  it('refuses a name when any of its addresses is private', async () => {
    const client = createHttpClient({ allow: [], resolve: answering('93.184.216.34', '127.0.0.1') });
    const answer = await client.request({ url: `http://beamline.example:${origin.port}/x` });
    expect(answer).toMatchObject({
      ok: false,
      failure: {
        code: 'blocked_address',
        found: '127.0.0.1',
        message: expect.stringContaining('network.allow'),
      },
    });
    await client.close();
    expect(origin.requests).toHaveLength(0);
  });

  it('connects to the address it checked, not to a second answer', async () => {
    let asked = 0;
    const rebinding: Resolver = (host, options, callback) => {
      asked++;
      const next = asked === 1 ? answering('127.0.0.1') : answering('169.254.169.254');
      next(host, options, callback);
    };
    const client = createHttpClient({ allow: ['127.0.0.1'], resolve: rebinding });
    const first = await client.request({ url: `http://beamline.example:${origin.port}/x` });
    expect(first.ok && first.value.status).toBe(200);
    if (first.ok) first.value.body.resume();
    expect(asked).toBe(1);

    const fresh = createHttpClient({ allow: ['127.0.0.1'], resolve: rebinding });
    const second = await fresh.request({ url: `http://beamline.example:${origin.port}/x` });
    expect(second).toMatchObject({
      ok: false,
      failure: { code: 'blocked_address', found: '169.254.169.254' },
    });
    await Promise.all([client.close(), fresh.close()]);
  });

  it('guards raw sockets with the same lookup', async () => {
    const error = await new Promise<Error>((resolve) => {
      connect({ host: 'localhost', port: origin.port, lookup: guardedLookup([], origin.port) }).on(
        'error',
        resolve,
      );
    });
    expect(error).toMatchObject({ name: 'GuardError', failure: { code: 'blocked_address' } });

    const system: Resolver = (host, options, callback) =>
      lookup(host, { ...options, family: 4 }, (failure, addresses) => callback(failure, addresses ?? []));
    await new Promise<void>((resolve, reject) => {
      const socket = connect({
        host: 'localhost',
        port: origin.port,
        autoSelectFamily: false,
        lookup: guardedLookup(LOOPBACK, origin.port, system),
      });
      socket.on('error', reject);
      socket.on('connect', () => {
        socket.destroy();
        resolve();
      });
    });
  });

  it('says unreachable, not blocked, for a name nobody knows', async () => {
    const unknown: Resolver = (_host, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    const client = createHttpClient({ allow: [], resolve: unknown });
    const answer = await client.request({ url: 'http://nowhere.example/x?token=secret' });
    expect(answer).toMatchObject({
      ok: false,
      failure: { code: 'unreachable', where: 'http://nowhere.example/x', found: 'ENOTFOUND' },
    });
    await client.close();
  });
});
