import type { RequestLimits } from './contract.ts';

/** Bounds of a request that states none. A stream has no deadline; it is bounded by silence and by its reader. */
export const DEFAULT_LIMITS: RequestLimits = {
  connectTimeout: 10_000,
  headersTimeout: 30_000,
  bodyTimeout: 30_000,
  deadline: null,
  maxRedirects: 5,
  retries: 3,
};

/** A document is read whole, so it must also be done by then. */
export const DOCUMENT_DEADLINE = 120_000;
