const RETRYABLE: readonly number[] = [429, 502, 503, 504];

/** Longest wait taken on when the request has no deadline of its own; a longer one is told to the caller instead. */
export const LONGEST_WAIT = 60_000;

export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.includes(status);
}

/** Milliseconds a `Retry-After` field asks to wait (RFC 9110 §10.2.3: seconds or an HTTP date); null when unreadable. */
export function retryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value.trim()) * 1000;
  // `Date.parse` reads bare numbers as years; every HTTP date names its day.
  const date = /^[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/**
 * Milliseconds to wait before the next attempt, or null when waiting that long would pass the deadline. What the server
 * asks for wins over the growing pause, which is spread by up to half so that many clients do not return at once.
 */
export function pauseBefore(
  attempt: number,
  asked: number | null,
  remaining: number | null,
  random: () => number,
): number | null {
  const pause = asked ?? Math.min(500 * 2 ** (attempt - 1), 30_000) * (1 + random() / 2);
  return pause <= Math.min(remaining ?? LONGEST_WAIT, LONGEST_WAIT) ? pause : null;
}
