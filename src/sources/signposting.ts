import { success } from '../model/failure.ts';
import type { OpenSource } from './contract.ts';
import { fetchHttpDocument, originsOf } from './http-document.ts';
import { retrieveCrate } from './retrieval/retrieve.ts';

/**
 * Crates behind landing pages and PIDs: one for each URL of the configuration, which is the listing and so complete. Each is
 * found as RO-Crate 1.2 retrieves one, see `retrieveCrate`. Credentials go to the origins of these URLs alone, wherever the
 * links lead.
 */
export const openSignposting: OpenSource<'signposting'> = (config, environment) => {
  const origins = originsOf(config.urls);
  return {
    async list() {
      const refs = [...new Set(config.urls)].map((url) => ({ url }));
      return success({ refs, complete: true, problems: [] });
    },
    fetch: (ref, known) =>
      ref.record === true
        ? fetchHttpDocument(environment, ref.url, known, { origins })
        : retrieveCrate(environment, ref.url, known, { origins }),
  };
};
