import { failure, success } from '../model/failure.ts';
import type { OpenSource } from './contract.ts';
import { fetchHttpDocument } from './http-document.ts';

/** A push source has no origins of its own, so none is sent a credential. */
const NO_ORIGINS: ReadonlySet<string> = new Set();

/**
 * A facility that may only call out: its crates arrive by themselves, so there is nothing to list, and nothing proves that
 * anything is gone. Crates that a pushed one names are fetched where they are published, as anybody would.
 */
export const openPush: OpenSource<'push'> = (_config, environment) => ({
  async list() {
    return success({ refs: [], complete: false, problems: [] });
  },
  async fetch(ref, known) {
    if (/^https?:/i.test(ref.url)) {
      return fetchHttpDocument(environment, ref.url, known, { origins: NO_ORIGINS });
    }
    return failure('unreachable', 'The facility can only send this crate; it cannot be fetched from there.', {
      where: ref.url,
      expected: 'the crate pushed by itself, or named by an http or https URL',
      retryable: false,
    });
  },
});
