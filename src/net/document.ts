import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { failed, failure, type Outcome, success } from '../model/failure.ts';
import type { FetchedDocument, OutboundResponse } from './contract.ts';
import { displayUrl } from './display.ts';
import { bodyFailure, errorCode } from './errors.ts';

const unzip = promisify(gunzip);

/**
 * Reads a whole answer into memory under a cap that holds for the bytes sent and for the decoded document. A body shorter
 * than declared is `truncated`. Where an error's body is wanted too, `any status` is read. Some servers compress whatever is
 * asked; gzip is undone for documents, nothing else is. A 304 is empty, whatever its fields say of the document that it
 * does not send (RFC 9110 §15.4.5).
 */
export async function readDocument(
  answer: OutboundResponse,
  maxBytes: number,
  accepted: 'document' | 'any status' = 'document',
): Promise<Outcome<FetchedDocument>> {
  const where = displayUrl(answer.url);
  const { status, headers, url, permanent } = answer;
  if (status === 304) {
    answer.body.on('error', () => {}).resume();
    return success({ bytes: new Uint8Array(), status, headers, url, permanent });
  }
  const refused =
    (accepted === 'document' ? refuseStatus(answer, where) : null) ?? refuse(answer, maxBytes, where);
  if (refused !== null) {
    answer.body.on('error', () => {}).destroy();
    return refused;
  }
  const raw = await readBody(answer, maxBytes, where);
  if (!raw.ok) return raw;
  const decoded = isGzip(answer) ? await decode(raw.value, maxBytes, where) : raw;
  if (!decoded.ok) return decoded;
  return success({ bytes: decoded.value, status, headers, url, permanent });
}

function refuseStatus(answer: OutboundResponse, where: string) {
  // 203 is a 200 through a proxy. The rest is no document.
  if (![200, 203].includes(answer.status)) {
    return failure('upstream_status', `The server answered ${answer.status} instead of a document.`, {
      where,
      expected: '200',
      found: String(answer.status),
    });
  }
  return null;
}

function refuse(answer: OutboundResponse, maxBytes: number, where: string) {
  if (!isIdentity(answer) && !isGzip(answer)) {
    return failure('content_encoded', 'The server encoded the document although that was declined.', {
      where,
      expected: 'identity',
      found: contentEncoding(answer),
    });
  }
  const declared = declaredLength(answer.headers);
  return declared !== null && declared > maxBytes ? tooLarge(maxBytes, where, declared) : null;
}

async function readBody(
  answer: OutboundResponse,
  maxBytes: number,
  where: string,
): Promise<Outcome<Uint8Array>> {
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of answer.body) {
      const bytes: Buffer = chunk;
      received += bytes.length;
      // Leaving the loop destroys the body and with it the connection.
      if (received > maxBytes) return tooLarge(maxBytes, where, null);
      chunks.push(bytes);
    }
  } catch (error) {
    return failed(bodyFailure(error, where));
  }
  const declared = declaredLength(answer.headers);
  if (declared !== null && declared !== received) {
    return failure('truncated', 'The document ended before its declared length.', {
      where,
      expected: String(declared),
      found: String(received),
    });
  }
  return success(Buffer.concat(chunks));
}

async function decode(bytes: Uint8Array, maxBytes: number, where: string): Promise<Outcome<Uint8Array>> {
  try {
    return success(await unzip(bytes, { maxOutputLength: maxBytes }));
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes, where, null);
    if (errorCode(error) === 'Z_BUF_ERROR') {
      return failure('truncated', 'The gzip-encoded document ended too early.', { where });
    }
    return failure('content_encoded', 'The document is marked as gzip and cannot be decoded.', { where });
  }
}

function tooLarge(maxBytes: number, where: string, declared: number | null) {
  return failure('too_large', `The document is larger than the ${maxBytes} bytes allowed.`, {
    where,
    expected: `at most ${maxBytes}`,
    ...(declared === null ? {} : { found: String(declared) }),
  });
}

/** `Content-Length` of a response, or null when there is none to rely on. */
export function declaredLength(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The `Content-Encoding` of a response, lower-cased; empty when there is none. */
export function contentEncoding(answer: Pick<OutboundResponse, 'headers'>): string {
  return (answer.headers['content-encoding'] ?? '').trim().toLowerCase();
}

/** Whether the bytes of a response are the bytes that are stored. */
export function isIdentity(answer: Pick<OutboundResponse, 'headers'>): boolean {
  return ['', 'identity'].includes(contentEncoding(answer));
}

function isGzip(answer: OutboundResponse): boolean {
  return ['gzip', 'x-gzip'].includes(contentEncoding(answer));
}
