import { describe } from 'vitest';

/**
 * For suites that start dozens of processes: they run with `npm run test:services`, so that `npm test` stays below five
 * minutes on two cores. What they go through is tested in one process by every run.
 */
export const describeManyProcesses = describe.skipIf(
  process.env['CRATE_BRIDGE_TEST_DATABASE_URL'] === undefined,
);
