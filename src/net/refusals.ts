import { createHash } from 'node:crypto';
import type { Credential } from './contract.ts';

/** How long a credential that was refused stands behind the others: then its turn comes again, should it have been let in. */
const STANDS_MS = 5 * 60_000;

/** Which credentials their origins refused lately, so that of several not every request begins with a refused one. */
export interface Refusals {
  /** The same credentials, those refused lately last. */
  order(credentials: readonly Credential[]): readonly Credential[];
  refused(credential: Credential): void;
}

export function refusals(now: () => number): Refusals {
  const until = new Map<string, number>();
  const isRefused = (credential: Credential) => (until.get(keyOf(credential)) ?? 0) > now();
  return {
    order(credentials) {
      if (credentials.length < 2 || until.size === 0) return credentials;
      const refused = credentials.filter(isRefused);
      return [...credentials.filter((credential) => !refused.includes(credential)), ...refused];
    },
    refused(credential) {
      for (const [key, end] of until) if (end <= now()) until.delete(key);
      until.set(keyOf(credential), now() + STANDS_MS);
    },
  };
}

/** Credentials are made anew for each request; they are the same when they say the same. */
function keyOf({ origin, headers }: Credential): string {
  return createHash('sha256')
    .update(JSON.stringify([origin, headers]))
    .digest('base64');
}
