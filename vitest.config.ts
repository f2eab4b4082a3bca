import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/count-line.ts'],
    pool: 'forks',
    execArgv: ['--import', './bin/fast-start.js'],
    // One more than small machines have cores: suites wait for timers, sockets and other processes.
    maxWorkers: 3,
    // An embedded PostgreSQL starts in seconds on a busy machine; the limits only catch a hang.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
