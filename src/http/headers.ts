import { MIMEType } from 'node:util';
import { create as attachment } from 'content-disposition';
import type { DescribedFile } from '../bridge/contract.ts';
import type { Caller } from '../model/caller.ts';
import { legacyDigest, reprDigest, strongEtag } from '../model/digest.ts';

/**
 * Headers of every answer. Written here once because bytes go straight to the socket, past any middleware. Nothing this
 * service answers with is a page of its own, so nothing in it may run; a route that serves pages sets its own policy.
 */
export const SECURE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** `proven`: before the first byte. `streaming`: before the last one. `none`: nothing proves these bytes. */
export type VerificationWord = 'proven' | 'streaming' | 'none';

/** What a content answer says of its file. GET and HEAD share it, so that one never promises what the other does not. */
export interface ContentFacts {
  readonly file: DescribedFile['file'];
  /** The checksum the body is held to; null when nothing proves it. */
  readonly sha256: string | null;
  readonly length: number | null;
  /** Null when it is not decided yet (HEAD). */
  readonly verification: VerificationWord | null;
  readonly caller: Caller;
}

/** Headers of a file's bytes (RFC 9110, RFC 9530 and, for clients that know only it, RFC 3230). */
export function contentHeaders(facts: ContentFacts): Record<string, string> {
  const { file, sha256, length, verification, caller } = facts;
  return {
    ...SECURE_HEADERS,
    'Content-Type': mediaType(file.encoding_format),
    'Content-Disposition': attachment(lastSegment(file.file_name)),
    ...(length !== null && { 'Content-Length': String(length) }),
    ...(sha256 !== null && {
      'Repr-Digest': reprDigest(sha256),
      Digest: legacyDigest(sha256),
      ETag: strongEtag(sha256),
    }),
    ...(verification !== null && { 'Crate-Bridge-Verification': verification }),
    ...cachingHeaders(sha256, caller),
    // A part of a file cannot be proven yet, so no client may ask for one (or resume into one).
    'Accept-Ranges': 'none',
    Link: `</api/v1/files/${file.id}>; rel="describedby"`,
  };
}

/** Headers of a 304: those that a 200 would have sent for caches (RFC 9110 §15.4.5). */
export function notModifiedHeaders(sha256: string, caller: Caller): Record<string, string> {
  return { ...SECURE_HEADERS, ETag: strongEtag(sha256), ...cachingHeaders(sha256, caller) };
}

/** What the answer with a stored metadata document says of it. */
export interface DocumentFacts {
  /** Of its crate. */
  readonly id: string;
  readonly sha256: string;
  readonly size: number;
  readonly mediaType: string;
  /** Where it came from: an absolute URL or arcp IRI. */
  readonly original: string;
}

/** Headers of a stored document and of a 304 in its place. It may be another one tomorrow, so caches ask each time. */
export function documentHeaders(facts: DocumentFacts, caller: Caller) {
  const notModified = {
    ...SECURE_HEADERS,
    ETag: strongEtag(facts.sha256),
    'Cache-Control': `${caller.kind === 'anonymous' ? '' : 'private, '}no-cache, no-transform`,
    Vary: 'Authorization, Cookie',
    Link: `<${linkTarget(facts.original)}>; rel="original", </api/v1/crates/${facts.id}>; rel="describedby"`,
  };
  const whole = {
    ...notModified,
    'Content-Type': mediaType(facts.mediaType, 'application/ld+json'),
    'Content-Length': String(facts.size),
    'Repr-Digest': reprDigest(facts.sha256),
  };
  return { notModified, whole };
}

/** A URI as a Link header may hold it (RFC 8288 §3); one that is a URI already stays as it is. */
function linkTarget(uri: string): string {
  return uri.toWellFormed().replace(/[^\x21-\x7e]|[<>"]/gu, encodeURIComponent);
}

/** Whether an `If-None-Match` field names the bytes with this checksum (weak comparison, RFC 9110 §13.1.2). */
export function namesEtag(ifNoneMatch: string, sha256: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const tags: readonly string[] = ifNoneMatch.match(/"[^"]*"/g) ?? [];
  return tags.includes(strongEtag(sha256));
}

function cachingHeaders(sha256: string | null, caller: Caller): Record<string, string> {
  // Any content coding on the way would make the digest wrong.
  const kept = sha256 === null ? ['no-store'] : caller.kind === 'anonymous' ? [] : ['private'];
  return { 'Cache-Control': [...kept, 'no-transform'].join(', '), Vary: 'Authorization, Cookie' };
}

/** A crate may write a path as a name; where a download lands is for its receiver to say. */
function lastSegment(name: string): string {
  return name.toWellFormed().split(/[/\\]/).at(-1) || 'file';
}

/** A crate may write anything as a format; only a well-formed media type may become a header. */
function mediaType(written: string | null, otherwise = 'application/octet-stream'): string {
  if (written !== null) {
    try {
      return new MIMEType(written).toString();
    } catch {
      // not a media type: the bytes are still bytes
    }
  }
  return otherwise;
}
