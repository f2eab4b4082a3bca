import { afterEach, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import { startTokenServer } from '../net/token-server.ts';
import { put, testBridge, valueFrom } from '../support/bridge.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

it('a source is pulled with a token that is asked for, and a rotated secret counts at once', async () => {
  const server = await startTokenServer('bridge', 'the new one');
  closing.push(() => server.close());
  const folder = await testBridge({ facilities: [] });
  closing.push(() => folder.dispose());
  await put(folder.dir, 'secret', 'the old one\n');
  const bridge = folder.reconfigured({
    facilities: [
      {
        code: 'ALS',
        network: { allow: ['127.0.0.1/32'], concurrency: 1 },
        sources: [
          {
            name: 'api',
            kind: 'urls',
            url: `${server.url}/crate.json`,
            credential: {
              kind: 'oauth-client',
              tokenUrl: `${server.url}/token`,
              clientId: 'bridge',
              clientSecret: { file: `${folder.dir}/secret` },
            },
          },
        ],
      },
    ],
  });
  const pulled = async () => {
    const [report] = valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    return report?.items.map(({ outcome, error }) => [outcome, error?.code]);
  };
  expect(await pulled()).toEqual([['failed', 'upstream_denied']]);
  expect(await bridge.credentialWarnings()).toMatchObject([
    { where: `${server.url}/token`, message: expect.stringContaining('invalid_client') },
  ]);
  await put(folder.dir, 'secret', 'the new one\n');
  expect(await pulled()).toEqual([['quarantined', undefined]]);
  expect(server.asked).toEqual(['Bearer token-2']);
  expect(await bridge.credentialWarnings()).toEqual([]);
});
