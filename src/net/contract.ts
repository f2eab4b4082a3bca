import type { Readable } from 'node:stream';
import type { Outcome } from '../model/failure.ts';

/** A secret on its way to one origin. Made from a `CredentialReference` at the moment of use; never logged. */
export interface Credential {
  /** The only origin (scheme, host, port) it may go to. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** After a 401: another in its place, or null where a new one would be refused as well. Only kinds that can ask anew. */
  readonly renew?: () => Promise<Credential | null>;
}

/** Bounds of one request. Times in milliseconds. */
export interface RequestLimits {
  readonly connectTimeout: number;
  readonly headersTimeout: number;
  /** Longest silence between two pieces of a body. */
  readonly bodyTimeout: number;
  /** From the call to the last byte, waiting for a turn and retries included; null for streams that end by themselves. */
  readonly deadline: number | null;
  readonly maxRedirects: number;
  /** Attempts after the first. */
  readonly retries: number;
}

export interface OutboundRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  /** Of a POST. A POST is sent once, unless it is `repeatable`, and follows no redirect. */
  readonly body?: string | Uint8Array;
  /** A POST that makes nothing, such as asking for a token: it is tried again like a GET. */
  readonly repeatable?: boolean;
  /** Hand back an answer of 400 and above instead of a failure, where its body says more than its status. */
  readonly answerErrors?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Tried in order: one that its origin refuses (401, 403) gives way to the next, so that an old and a new secret overlap. */
  readonly credential?: Credential | readonly Credential[];
  readonly limits?: Partial<RequestLimits>;
  readonly signal?: AbortSignal;
}

/** An answered request: status below 400 (unless errors were asked for), redirects followed, the body not yet read. */
export interface OutboundResponse {
  readonly status: number;
  /** Lower-case names; repeated fields joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** URL that answered, after redirects, without userinfo. */
  readonly url: string;
  /** Whether every redirect was permanent (301, 308) or stayed on the same origin, so that the URL may name the thing. */
  readonly permanent: boolean;
  readonly body: Readable;
}

/** A whole document, read into memory under a cap. */
export interface FetchedDocument {
  readonly bytes: Uint8Array;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly permanent: boolean;
}

/**
 * The only way out (rule: every outbound request goes through `net/`). Guards the literal host, every resolved
 * address and the connected socket; follows redirects by hand under the same guard; sends a credential only to its own
 * origin; retries before the first byte of a body (p-retry, honouring Retry-After), never after. Requests to one origin
 * take turns: so many at once, so many a second, none while it asked to be left alone. A turn ends with the body; that of
 * a stream (no deadline) ends with its headers, since a transfer of hours must not keep documents from being read.
 */
export interface HttpClient {
  request(request: OutboundRequest): Promise<Outcome<OutboundResponse>>;
  /** GET with a cap on the decoded body; the body is read whole before this resolves. */
  fetchDocument(request: OutboundRequest & { readonly maxBytes: number }): Promise<Outcome<FetchedDocument>>;
  close(): Promise<void>;
}

/*
 * client.ts       createHttpClient(options: { allow, concurrency?, requestsPerSecond?, … }): HttpClient  — allow: CIDR ranges
 * origins.ts      originTurns(…)                                                      — who may ask an origin, and when
 * address.ts      parseRanges(ranges), addressAllowed(address, allow)
 * guard.ts        checkUrl, checkAddress, guardedLookup, guardedConnector             — also for raw sockets
 * credentials.ts  credentialsFor(references, origin, store?), credentialFor(reference, origin, store?), readSecret(…)
 * oauth.ts        createTokenSource({ http })                                         — OAuth 2.0 client credentials
 * expiry.ts       credentialWarnings(references, store, now)                          — what ends soon or does not work
 * display.ts      displayUrl(url): a URL as it may stand in a message
 * beneath.ts      openBeneath(root, path): the same guard for folders: no way out of a root
 */
