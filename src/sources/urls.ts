import { success } from '../model/failure.ts';
import type { OpenSource } from './contract.ts';
import { fetchHttpDocument, originsOf } from './http-document.ts';

/**
 * Crates listed by hand: metadata documents and zips. The list is the configuration, so it is always complete, and nothing is
 * asked for it. A document another crate names is fetched without the credential unless it lives at a listed origin.
 */
export const openUrls: OpenSource<'urls'> = (config, environment) => {
  const origins = originsOf(config.urls);
  return {
    async list() {
      const refs = [...new Set(config.urls)].map((url) => ({ url }));
      return success({ refs, complete: true, problems: [] });
    },
    fetch: (ref, known) => fetchHttpDocument(environment, ref.url, known, { origins }),
  };
};
