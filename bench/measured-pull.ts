/*
 * One pull of everything configured here, measured from within: prints how long registering took, how late the event loop
 * was, and how much memory was used at most. Started by pull.ts.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLocalBridge } from '../src/bridge/local.ts';
import { loadConfig } from '../src/config/load.ts';
import { readSettings } from '../src/config/settings.ts';
import { OPERATOR } from '../src/model/caller.ts';
import type { Outcome } from '../src/model/failure.ts';
import { openRegistry } from '../src/registry/open.ts';
import type { Measured } from './pull.ts';

/** Milliseconds between two looks; what is recorded includes them. */
const RESOLUTION = 10;

function unwrapped<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.failure.message);
}

const cwd = process.cwd();
const settings = unwrapped(readSettings(process.env, { cwd }));
const registry = unwrapped(await openRegistry(settings));
let registering = 0;
const bridge = createLocalBridge({
  config: unwrapped(await loadConfig({ cwd })),
  registry: {
    ...registry,
    register: async (registration) => {
      const began = performance.now();
      const registered = await registry.register(registration);
      registering += performance.now() - began;
      return registered;
    },
  },
  env: process.env,
  cwd,
});

const lag = monitorEventLoopDelay({ resolution: RESOLUTION });
lag.enable();
const began = performance.now();
const reports = unwrapped(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
const took = performance.now() - began;
lag.disable();
await bridge.close();

const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
const measured: Measured = {
  registered: reports.reduce((sum, report) => sum + report.registered, 0),
  seconds: took / 1000,
  register_seconds: registering / 1000,
  lag_p50: late(lag.percentile(50)),
  lag_p99: late(lag.percentile(99)),
  lag_max: late(lag.max),
  // kilobytes, also on macOS (Node's documentation of resourceUsage)
  peak_rss: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(measured));
