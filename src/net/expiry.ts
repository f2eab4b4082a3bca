import { isJsonObject, type JsonValue } from '../model/json.ts';
import type { CredentialReference, SecretReference } from '../model/storage-rule.ts';
import { secretsOf } from './credentials.ts';
import { displayUrl } from './display.ts';
import { MACHINE, readSecret, type SecretStore, secretLabel, secretName } from './secrets.ts';

const DAY_MS = 24 * 3_600_000;

/** How many days before its end a credential is worth a warning. */
const WARN_DAYS = 14;

/** A credential that ends soon, has ended, is not there, or whose tokens cannot be had. */
export interface CredentialWarning {
  /** The variable, file or token endpoint; never the secret. */
  readonly where: string;
  /** What is the matter, and what to do. */
  readonly message: string;
  /** RFC 3339; null when its end is not the trouble. */
  readonly ends_at: string | null;
  /** Whole days left, negative once it ended; null when its end is not the trouble. */
  readonly days_left: number | null;
}

/**
 * What an operator should know of these references before a facility says it. The end of a credential is what the
 * configuration says (`expires`) or a bearer token says of itself (`exp` of a JWT, RFC 7519 §4.1.4; read, not verified),
 * whichever is sooner. Asks nobody: of an OAuth client it knows how the last request for a token went.
 */
export function credentialWarnings(
  references: readonly CredentialReference[],
  store: SecretStore = MACHINE,
  now: Date = new Date(),
  withinDays: number = WARN_DAYS,
): readonly CredentialWarning[] {
  return references.flatMap((reference) => warningsOf(reference, store, now, withinDays));
}

function warningsOf(
  reference: CredentialReference,
  store: SecretStore,
  now: Date,
  withinDays: number,
): readonly CredentialWarning[] {
  const warnings: CredentialWarning[] = [];
  const ends: number[] = reference.expires === undefined ? [] : [Date.parse(reference.expires)];
  const places = secretsOf(reference);
  for (const place of places) {
    const secret = readSecret(place, store);
    if (!secret.ok) warnings.push(trouble(secretName(place), secret.failure.message));
    const said = secret.ok && reference.kind === 'bearer' ? jwtEnd(secret.value) : null;
    if (said !== null) ends.push(said);
  }
  if (reference.kind === 'oauth-client') {
    const failed = store.tokens?.failureOf(reference) ?? null;
    if (failed !== null) warnings.push(trouble(displayUrl(reference.tokenUrl), failed.message));
  }
  const [place] = places;
  const end = Math.min(...ends);
  // Of nothing the least is infinite: no end is known.
  if (place !== undefined && end - now.getTime() <= withinDays * DAY_MS)
    warnings.push(ending(place, end, now));
  return warnings;
}

function ending(place: SecretReference, end: number, now: Date): CredentialWarning {
  const left = Math.floor((end - now.getTime()) / DAY_MS);
  const at = new Date(end).toISOString();
  const when =
    end <= now.getTime() ? `ended ${at}` : `ends ${at}, in ${left === 1 ? '1 day' : `${left} days`}`;
  return {
    where: secretName(place),
    message: `${secretLabel(place)} holds a credential that ${when}; put a new one before it in the list, or in its place.`,
    ends_at: at,
    days_left: left,
  };
}

function trouble(where: string, message: string): CredentialWarning {
  return { where, message, ends_at: null, days_left: null };
}

/** Milliseconds since 1970 at which a JWT ends by its own word; null for what is none or does not say. */
function jwtEnd(token: string): number | null {
  const [, payload, signature, ...more] = token.split('.');
  if (payload === undefined || signature === undefined || more.length > 0) return null;
  try {
    const claims: JsonValue = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (!isJsonObject(claims)) return null;
    const end = claims['exp'];
    // Beyond this a Date holds no instant (ECMA-262 §21.4.1.1).
    return typeof end === 'number' && Math.abs(end) <= 8.64e12 ? end * 1000 : null;
  } catch {
    return null;
  }
}
