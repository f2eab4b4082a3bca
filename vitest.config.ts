import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/count-line.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // An embedded PostgreSQL starts in seconds on a busy machine; the limits only catch a hang.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
