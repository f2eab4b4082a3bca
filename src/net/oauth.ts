import {
  allowInsecureRequests,
  ClientSecretBasic,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import { type Failure, failed, failure, type Outcome, success } from '../model/failure.ts';
import type { CredentialReference } from '../model/storage-rule.ts';
import { isLoopbackHost } from './address.ts';
import type { HttpClient } from './contract.ts';
import { displayUrl } from './display.ts';
import { readDocument } from './document.ts';
import { RequestError } from './errors.ts';

export type OAuthReference = Extract<CredentialReference, { readonly kind: 'oauth-client' }>;

/** A token is not used in its last minute (or last tenth, if it lives shorter): a request under way must still be let in. */
const MARGIN_MS = 60_000;
const MARGIN_SHARE = 0.1;

/** How long a token is used whose endpoint does not say (RFC 6749 §5.1 only recommends `expires_in`). */
const UNSAID_LIFE_MS = 5 * 60_000;

/** A token refused this soon after it was given would be refused again: the resource does not take this client's tokens. */
const FRESH_MS = 10_000;

/** How long a failure stands before the endpoint is asked again: many crates must not lock the account of one wrong secret. */
const REFUSAL_STANDS_MS = 30_000;
const TROUBLE_STANDS_MS = 5_000;

const DEADLINE_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** RFC 6749 §5.2 and §4.1.2.1. Only these words of an answer are repeated: whatever else it says may hold the secret. */
const OAUTH_ERRORS: readonly string[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
];

/** Access tokens of OAuth 2.0 clients (RFC 6749 §4.4), each kept until shortly before it ends. */
export interface TokenSource {
  /** A token that is good now; one request at a time is made for a reference, whoever waits. */
  token(reference: OAuthReference, secret: string): Promise<Outcome<string>>;
  /** Another token after `refused` got a 401; null where there is none, or a new one would be refused as well. */
  renewed(reference: OAuthReference, secret: string, refused: string): Promise<string | null>;
  /** Why the last request for a token failed; null when it went well or none was made. */
  failureOf(reference: OAuthReference): Failure | null;
}

interface Token {
  readonly value: string;
  readonly given: number;
}

/** What is known for one reference and the secret it had. */
interface Kept {
  readonly secret: string;
  answer: { readonly outcome: Outcome<Token>; readonly until: number } | null;
  asking: Promise<Outcome<Token>> | null;
}

/**
 * Tokens asked for through a guarded client. The endpoint must be https (RFC 6749 §3.2), since the secret travels to it;
 * on this machine itself http will do. The secret goes as HTTP Basic (§2.3.1) and into nothing else.
 */
export function createTokenSource(options: {
  readonly http: () => Promise<HttpClient>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}): TokenSource {
  const now = options.now ?? Date.now;
  const known = new Map<string, Kept>();

  /** A rotated secret counts at once: what its predecessor got is forgotten. */
  function keptFor(reference: OAuthReference, secret: string): Kept {
    const key = JSON.stringify(reference);
    const found = known.get(key);
    if (found !== undefined && found.secret === secret) return found;
    const fresh: Kept = { secret, answer: null, asking: null };
    known.set(key, fresh);
    return fresh;
  }

  function current(kept: Kept): Outcome<Token> | null {
    return kept.answer !== null && now() < kept.answer.until ? kept.answer.outcome : null;
  }

  function ask(reference: OAuthReference, kept: Kept): Promise<Outcome<Token>> {
    kept.asking ??= requestToken(options.http, reference, kept.secret, now)
      .then(({ outcome, until }) => {
        kept.answer = { outcome, until };
        return outcome;
      })
      .finally(() => {
        kept.asking = null;
      });
    return kept.asking;
  }

  return {
    async token(reference, secret) {
      const kept = keptFor(reference, secret);
      const outcome = current(kept) ?? (await ask(reference, kept));
      return outcome.ok ? success(outcome.value.value) : outcome;
    },
    async renewed(reference, secret, refused) {
      const kept = keptFor(reference, secret);
      const held = kept.asking === null ? current(kept) : await kept.asking;
      if (held !== null && !held.ok) return null;
      if (held?.ok === true && held.value.value !== refused) return held.value.value;
      if (held?.ok === true && now() - held.value.given < FRESH_MS) return null;
      const next = await ask(reference, kept);
      return next.ok && next.value.value !== refused ? next.value.value : null;
    },
    failureOf(reference) {
      const answer = known.get(JSON.stringify(reference))?.answer ?? null;
      return answer === null || answer.outcome.ok ? null : answer.outcome.failure;
    },
  };
}

async function requestToken(
  http: () => Promise<HttpClient>,
  reference: OAuthReference,
  secret: string,
  now: () => number,
): Promise<{ readonly outcome: Outcome<Token>; readonly until: number }> {
  const where = displayUrl(reference.tokenUrl);
  const refused = insecure(reference.tokenUrl, where);
  if (refused !== null) return { outcome: refused, until: Number.POSITIVE_INFINITY };
  const asked = now();
  let status: number | null = null;
  try {
    // The endpoint is configured, so nothing of the metadata an issuer would publish is needed.
    const server = { issuer: new URL(reference.tokenUrl).origin, token_endpoint: reference.tokenUrl };
    const client = { client_id: reference.clientId };
    const response = await clientCredentialsGrantRequest(
      server,
      client,
      ClientSecretBasic(secret),
      {
        ...(reference.scope === undefined ? {} : { scope: reference.scope }),
        ...(reference.audience === undefined ? {} : { audience: reference.audience }),
      },
      {
        // What may be plain http was decided above.
        [allowInsecureRequests]: true,
        [customFetch]: async (url, { body, headers }) => {
          const answered = await post(await http(), url, String(body), headers);
          status = answered.status;
          return answered;
        },
      },
    );
    const token = await processClientCredentialsResponse(server, client, response);
    const life = token.expires_in === undefined ? UNSAID_LIFE_MS : token.expires_in * 1000;
    const until = asked + life - Math.min(MARGIN_MS, life * MARGIN_SHARE);
    if (!/^[\x21-\x7e]+$/.test(token.access_token)) {
      return { outcome: failed(noToken(where, status)), until: now() + TROUBLE_STANDS_MS };
    }
    return { outcome: success({ value: token.access_token, given: asked }), until };
  } catch (error) {
    const reason = tokenFailure(error, status, where);
    const stands =
      reason.retryAfterSeconds !== undefined
        ? reason.retryAfterSeconds * 1000
        : reason.code === 'upstream_denied'
          ? REFUSAL_STANDS_MS
          : TROUBLE_STANDS_MS;
    return { outcome: failed(reason), until: now() + stands };
  }
}

/** The library's `fetch`, over the guarded client. */
async function post(
  http: HttpClient,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const answer = await http.request({
    url,
    method: 'POST',
    body,
    headers,
    answerErrors: true,
    repeatable: true,
    limits: { deadline: DEADLINE_MS },
  });
  if (!answer.ok) throw new RequestError(answer.failure);
  const document = await readDocument(answer.value, MAX_ANSWER_BYTES, 'any status');
  if (!document.ok) throw new RequestError(document.failure);
  const { bytes, status } = document.value;
  return new Response(bytes.byteLength === 0 ? null : new Uint8Array(bytes), {
    status,
    headers: document.value.headers,
  });
}

function insecure(tokenUrl: string, where: string) {
  const url = new URL(tokenUrl);
  if (url.protocol === 'https:' || isLoopbackHost(url.hostname)) return null;
  return failure('config_invalid', 'A token endpoint must be https: the secret of the client goes there.', {
    where,
    expected: 'an https URL (RFC 6749 §3.2)',
  });
}

function tokenFailure(error: unknown, status: number | null, where: string): Failure {
  if (error instanceof RequestError) {
    return { ...error.failure, message: `No token could be had: ${error.failure.message}`, where };
  }
  if (status !== null && (status === 429 || status >= 500)) {
    return { ...noToken(where, status), retryable: true };
  }
  if (status !== null && status >= 400) {
    const said = error instanceof ResponseBodyError ? error.error : '';
    const word = OAUTH_ERRORS.includes(said) ? said : String(status);
    const message = `The token endpoint refused the client (${word}); its id, secret or scope is wrong or has ended.`;
    return { code: 'upstream_denied', message, where, found: word };
  }
  return noToken(where, status);
}

function noToken(where: string, status: number | null): Failure {
  return {
    code: 'upstream_status',
    message: 'The token endpoint did not answer with a token.',
    where,
    expected: 'a bearer token in JSON (RFC 6749 §5.1)',
    ...(status === null ? {} : { found: String(status) }),
    retryable: false,
  };
}
