import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewToken, Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, value } from './answers.ts';

let fresh: FreshRegistry;
let registry: Registry;

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
});
afterAll(() => fresh.dispose());

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 2, 1, 12, minute, second));
const token = (name: string, more: Partial<NewToken> = {}): NewToken => ({
  name,
  kind: 'token',
  scopes: ['metadata:read'],
  facilities: ['als'],
  proposals: [{ facility: 'als', proposal: 'P-1' }],
  expiresAt: null,
  ...more,
});
const lastUse = async (name: string) =>
  value(await registry.tokens()).find((known) => known.name === name)?.last_used_at;

describe('a token', () => {
  it('grants what it was made for, to who has its secret', async () => {
    const { secret } = value(await registry.createToken(token('nightly'), at(0)));
    expect(secret).toMatch(/^cb_[\w-]{43}$/);
    expect(value(await registry.grantFor(secret, at(1)))).toEqual({
      name: 'nightly',
      kind: 'token',
      scopes: ['metadata:read'],
      facilities: ['als'],
      proposals: [{ facility: 'als', proposal: 'P-1' }],
    });
    for (const other of [
      '',
      'cb_',
      secret.slice(0, -1),
      `${secret}x`,
      secret.toUpperCase(),
      "' OR 1=1 --",
      'cb_\0',
    ]) {
      expect(value(await registry.grantFor(other, at(1)))).toBeNull();
    }
  });

  it('is listed without its secret or its digest', async () => {
    const { secret, id } = value(await registry.createToken(token('listed', { facilities: null }), at(0)));
    const all = value(await registry.tokens());
    expect(all.find((known) => known.id === id)).toEqual({
      id,
      name: 'listed',
      kind: 'token',
      scopes: ['metadata:read'],
      facilities: null,
      proposals: [{ facility: 'als', proposal: 'P-1' }],
      created_at: '2026-03-01T12:00:00.000Z',
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
    });
    expect(JSON.stringify(all)).not.toContain(secret.slice(3));
  });

  it('expires, and is ended by revoking', async () => {
    const short = value(await registry.createToken(token('short', { expiresAt: at(5) }), at(0)));
    expect(value(await registry.grantFor(short.secret, at(4, 59)))).not.toBeNull();
    expect(value(await registry.grantFor(short.secret, at(5)))).toBeNull();

    const ended = value(await registry.createToken(token('ended'), at(0)));
    value(await registry.revokeToken('ended', at(1)));
    value(await registry.revokeToken('ended', at(2)));
    expect(value(await registry.grantFor(ended.secret, at(3)))).toBeNull();
    expect(failureOf(await registry.revokeToken('unknown', at(1))).code).toBe('not_found');
  });

  it('has a name of its own until it is revoked or expired', async () => {
    value(await registry.createToken(token('name', { expiresAt: at(5) }), at(0)));
    expect(failureOf(await registry.createToken(token('name'), at(1)))).toMatchObject({
      code: 'usage',
      found: 'name',
    });
    const next = value(await registry.createToken(token('name'), at(6)));
    value(await registry.revokeToken('name', at(7)));
    const last = value(await registry.createToken(token('name'), at(8)));
    expect(value(await registry.grantFor(next.secret, at(9)))).toBeNull();
    expect(value(await registry.grantFor(last.secret, at(9)))).not.toBeNull();
  });

  it('has its last use written down once a minute at most', async () => {
    const { secret } = value(await registry.createToken(token('used'), at(0)));
    await registry.grantFor(secret, at(1));
    expect(await lastUse('used')).toBe(at(1).toISOString());
    await registry.grantFor(secret, at(1, 59));
    expect(await lastUse('used')).toBe(at(1).toISOString());
    await registry.grantFor(secret, at(2, 1));
    expect(await lastUse('used')).toBe(at(2, 1).toISOString());
  });
});

describe('a sign-in secret', () => {
  it('is spent by being used, by one of many at once', async () => {
    const { secret } = value(await registry.createToken(token('sign in', { kind: 'sign-in' }), at(0)));
    const grants = await Promise.all(Array.from({ length: 8 }, () => registry.grantFor(secret, at(1))));
    const granted = grants.map(value).filter((grant) => grant !== null);
    expect(granted).toEqual([expect.objectContaining({ kind: 'session', name: 'sign in' })]);
    expect(value(await registry.grantFor(secret, at(2)))).toBeNull();
  });
});
