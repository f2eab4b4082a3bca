import type { Readable } from 'node:stream';
import type { Outcome } from '../model/failure.ts';

/** A secret on its way to one origin. Made from a `CredentialReference` at the moment of use; never logged. */
export interface Credential {
  /** The only origin (scheme, host, port) it may go to. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Bounds of one request. Times in milliseconds. */
export interface RequestLimits {
  readonly connectTimeout: number;
  readonly headersTimeout: number;
  /** Longest silence between two pieces of a body. */
  readonly bodyTimeout: number;
  /** From the first attempt to the last byte, retries included; null for streams that end by themselves. */
  readonly deadline: number | null;
  readonly maxRedirects: number;
  /** Attempts after the first. */
  readonly retries: number;
}

export interface OutboundRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  /** Of a POST. A POST is sent once: it is never retried and follows no redirect. */
  readonly body?: string;
  /** Hand back an answer of 400 and above instead of a failure, where its body says more than its status. */
  readonly answerErrors?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential?: Credential;
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
 * origin; retries before the first byte of a body (p-retry, honouring Retry-After), never after.
 */
export interface HttpClient {
  request(request: OutboundRequest): Promise<Outcome<OutboundResponse>>;
  /** GET with a cap on the decoded body; the body is read whole before this resolves. */
  fetchDocument(request: OutboundRequest & { readonly maxBytes: number }): Promise<Outcome<FetchedDocument>>;
  close(): Promise<void>;
}

/*
 * client.ts       createHttpClient(options: { allow, userAgent?, … }): HttpClient     — allow: CIDR ranges
 * address.ts      parseRanges(ranges), addressAllowed(address, allow)
 * guard.ts        checkUrl, checkAddress, guardedLookup, guardedConnector             — also for raw sockets
 * credentials.ts  credentialFor(reference, origin, store?): Outcome<Credential>
 * display.ts      displayUrl(url): a URL as it may stand in a message
 * beneath.ts      openBeneath(root, path): the same guard for folders: no way out of a root
 */
