import type { Config } from '../config/contract.ts';
import type { HttpClient } from '../net/contract.ts';
import type { TokenSource } from '../net/oauth.ts';

interface Opened {
  readonly source: TokenSource;
  readonly http: HttpClient;
}

/**
 * What asks for the OAuth tokens of a configuration, loaded at first use. Token endpoints are named by the configuration,
 * never by a crate, and one may serve several facilities, so their client may go wherever any facility's may.
 */
export function configuredTokens(config: Config, now: () => Date): TokenSource & { close(): Promise<void> } {
  let opening: Promise<Opened> | null = null;
  let opened: Opened | null = null;
  const source = async () => {
    opening ??= open(config, now);
    opened = await opening;
    return opened.source;
  };
  return {
    token: async (reference, secret) => (await source()).token(reference, secret),
    renewed: async (reference, secret, refused) => (await source()).renewed(reference, secret, refused),
    failureOf: (reference) => opened?.source.failureOf(reference) ?? null,
    close: async () => {
      if (opening !== null) await (await opening).http.close();
    },
  };
}

async function open(config: Config, now: () => Date): Promise<Opened> {
  const [{ createHttpClient }, { createTokenSource }] = await Promise.all([
    import('../net/client.ts'),
    import('../net/oauth.ts'),
  ]);
  const allow = config.facilities.flatMap((facility) => facility.network.allow);
  const http = createHttpClient({ allow: [...allow, ...config.network.allowPrivate] });
  return { http, source: createTokenSource({ http: async () => http, now: () => now().getTime() }) };
}
