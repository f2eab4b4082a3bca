import { createHmac } from 'node:crypto';
import { failure, type Outcome, success } from '../../model/failure.ts';

/** Below this a secret is guessed; Standard Webhooks asks for 24 random bytes. */
const FEWEST_BYTES = 16;

/**
 * The keys a secret holds: several, separated by white space, while one takes over from another. `whsec_` and base64 is the
 * form Standard Webhooks gives secrets; anything else is taken as it is written.
 */
export function signingKeys(secret: string): Outcome<readonly Uint8Array[]> {
  const keys = secret
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) =>
      word.startsWith('whsec_') ? Buffer.from(word.slice('whsec_'.length), 'base64') : Buffer.from(word),
    );
  if (keys.length > 0 && keys.every((key) => key.length >= FEWEST_BYTES)) return success(keys);
  return failure('credential_missing', `A signing secret has at least ${FEWEST_BYTES} bytes.`, {
    expected: 'whsec_ and 32 random bytes in base64',
  });
}

/**
 * The headers that prove who sent a message and when (Standard Webhooks 1.0.0, "Webhook headers"): the signature is the
 * HMAC-SHA256 of id, time (seconds since 1970) and body, joined by full stops; one for each key.
 */
export function signatureHeaders(
  message: { readonly id: string; readonly seconds: number; readonly body: string },
  keys: readonly Uint8Array[],
): Readonly<Record<string, string>> {
  const { id, seconds, body } = message;
  const signed = `${id}.${seconds}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': keys
      .map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
      .join(' '),
  };
}
