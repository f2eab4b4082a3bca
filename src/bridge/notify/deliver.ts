import type { NotifyConfig } from '../../config/contract.ts';
import type { ChangeEvent } from '../../model/changes.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { HttpClient, OutboundResponse } from '../../net/contract.ts';
import { readSecret, type SecretStore } from '../../net/credentials.ts';
import { CLOUD_EVENT_TYPE, cloudEvent } from './cloud-event.ts';
import { signatureHeaders, signingKeys } from './sign.ts';

/** A receiver keeps an event and answers; what takes longer is its own work. */
const LIMITS = { connectTimeout: 5_000, headersTimeout: 15_000, deadline: 15_000 };

/** What a receiver answers is of no interest; it is read so that its connection can be used again. */
const MOST_ANSWER_BYTES = 64 * 1024;

/** What one attempt needs. */
export interface Sender {
  readonly target: NotifyConfig;
  readonly http: HttpClient;
  readonly secrets: SecretStore;
  readonly publicUrl: string | null;
  readonly now: () => Date;
}

/** Posts an event once; good only where the receiver answered 2xx. */
export async function deliver(event: ChangeEvent, sender: Sender): Promise<Outcome<void>> {
  const { target, http } = sender;
  const secret = readSecret(target.secret, sender.secrets);
  if (!secret.ok) return secret;
  const keys = signingKeys(secret.value);
  if (!keys.ok) return keys;
  const body = JSON.stringify(cloudEvent(event, sender.publicUrl));
  const seconds = Math.floor(sender.now().getTime() / 1000);
  const answer = await http.request({
    url: target.url,
    method: 'POST',
    body,
    headers: {
      'content-type': CLOUD_EVENT_TYPE,
      ...signatureHeaders({ id: event.id, seconds, body }, keys.value),
    },
    limits: LIMITS,
  });
  if (!answer.ok) return answer;
  await discard(answer.value);
  const { status } = answer.value;
  return status < 300
    ? success(undefined)
    : failure('upstream_status', `The receiver answered ${status}.`, { found: String(status) });
}

async function discard({ body }: OutboundResponse): Promise<void> {
  let read = 0;
  try {
    for await (const chunk of body) {
      read += Buffer.byteLength(chunk);
      if (read > MOST_ANSWER_BYTES) break;
    }
  } catch {
    // it has said its status, and that is what counts
  }
}
