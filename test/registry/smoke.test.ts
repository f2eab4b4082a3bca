import { expect, it } from 'vitest';
import { freshRegistry } from '../support/database.ts';
it('opens', async () => {
  const { registry, dispose } = await freshRegistry();
  expect(await registry.ping()).toEqual({ ok: true, value: undefined });
  await dispose();
});
