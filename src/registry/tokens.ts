import { randomBytes, randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { Grant } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { NewToken, TokenInfo } from './contract.ts';
import type { Database } from './database.ts';
import { rfc3339 } from './instants.ts';
import { sha256Hex } from './register/stored.ts';
import { apiToken } from './tables/facts.ts';

/** Starts every secret, so that one found in a log or a repository is known for what it is. */
const PREFIX = 'cb_';

/** How often the last use is written down at most. */
const USE_RESOLUTION_MS = 60_000;

/** Stores a token. 32 random bytes need no slow hash: a sha256 of them cannot be guessed back. */
export async function createToken(
  db: Database,
  token: NewToken,
  now: Date,
): Promise<Outcome<{ readonly id: string; readonly secret: string }>> {
  const secret = PREFIX + randomBytes(32).toString('base64url');
  const id = randomUUID();
  const at = now.toISOString();
  // an expired token keeps its name from nobody
  await db
    .update(apiToken)
    .set({ revoked_at: at })
    .where(and(eq(apiToken.name, token.name), isNull(apiToken.revoked_at), lt(apiToken.expires_at, at)));
  const stored = await db
    .insert(apiToken)
    .values({
      id,
      name: token.name,
      sha256: Buffer.from(sha256Hex(secret), 'hex'),
      kind: token.kind,
      scopes: [...token.scopes],
      facilities: token.facilities === null ? null : [...token.facilities],
      proposals: [...token.proposals],
      created_at: at,
      expires_at: token.expiresAt?.toISOString() ?? null,
    })
    .onConflictDoNothing()
    .returning({ id: apiToken.id });
  return stored.length === 0
    ? failure('usage', `There is a token named ${token.name}. Revoke it first, or choose another name.`, {
        where: 'name',
        found: token.name,
      })
    : success({ id, secret });
}

/** The grant of a live token. A sign-in secret is spent in the same statement that finds it, so that it works once. */
export async function grantFor(db: Database, secret: string, now: Date): Promise<Outcome<Grant | null>> {
  if (!secret.startsWith(PREFIX)) return success(null);
  const at = now.toISOString();
  const live = and(
    eq(apiToken.sha256, Buffer.from(sha256Hex(secret), 'hex')),
    isNull(apiToken.revoked_at),
    or(isNull(apiToken.expires_at), gt(apiToken.expires_at, at)),
  );
  const [spent] = await db
    .update(apiToken)
    .set({ revoked_at: at, last_used_at: at })
    .where(and(live, eq(apiToken.kind, 'sign-in')))
    .returning();
  const [token] = spent === undefined ? await db.select().from(apiToken).where(live) : [spent];
  if (token === undefined) return success(null);
  const since = new Date(now.getTime() - USE_RESOLUTION_MS).toISOString();
  await db
    .update(apiToken)
    .set({ last_used_at: at })
    .where(
      and(eq(apiToken.id, token.id), or(isNull(apiToken.last_used_at), lt(apiToken.last_used_at, since))),
    );
  return success({
    name: token.name,
    kind: token.kind === 'token' ? 'token' : 'session',
    scopes: token.scopes,
    facilities: token.facilities,
    proposals: token.proposals,
  });
}

/** Every token there ever was, newest first; no secret is among what is stored. */
export async function tokens(db: Database): Promise<Outcome<readonly TokenInfo[]>> {
  const rows = await db.select().from(apiToken).orderBy(sql`${apiToken.created_at} DESC`, asc(apiToken.name));
  return success(
    rows.map(({ sha256: _, ...row }) => ({
      ...row,
      created_at: rfc3339(row.created_at),
      expires_at: rfc3339(row.expires_at),
      revoked_at: rfc3339(row.revoked_at),
      last_used_at: rfc3339(row.last_used_at),
    })),
  );
}

/** Ends a token; one that has ended already stays so. */
export async function revokeToken(db: Database, name: string, now: Date): Promise<Outcome<void>> {
  const named = await db.select({ id: apiToken.id }).from(apiToken).where(eq(apiToken.name, name));
  if (named.length === 0) return failure('not_found', `There is no token named ${name}.`, { found: name });
  await db
    .update(apiToken)
    .set({ revoked_at: now.toISOString() })
    .where(and(eq(apiToken.name, name), isNull(apiToken.revoked_at)));
  return success(undefined);
}
