import type { Config } from '../config/contract.ts';
import { type Caller, holds } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { PullReport, RebuildReport } from '../model/reports.ts';
import type { Registry } from '../registry/contract.ts';
import { createContext } from './context.ts';
import type { Bridge } from './contract.ts';
import { type PreparedPull, preparePulls } from './prepare-pulls.ts';
import * as query from './query.ts';
import type { RebuildOptions } from './rebuild.ts';
import { authenticate, createToken, revokeToken, tokens } from './tokens.ts';
import { VERSION } from './version.ts';

/** A bridge with its own registry: what a service is, and what the command line is without `CRATE_BRIDGE_URL`. */
export interface LocalBridge extends Bridge {
  rebuild(options: RebuildOptions): Promise<Outcome<RebuildReport>>;
}

/**
 * Puts the use cases behind one interface. Owns the registry from here on: `close` closes it. Those that read crates or reach
 * out are loaded when they are first asked for, so that a query does not wait for schemas and clients it has no use for.
 */
export function createLocalBridge(options: {
  readonly config: Config;
  readonly registry: Registry;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now?: () => Date;
}): LocalBridge {
  const context = createContext(options);
  const background = new Set<Promise<unknown>>();

  const runAll = async (
    prepared: readonly PreparedPull[],
    request: Parameters<Bridge['pull']>[0],
    caller: Caller,
  ): Promise<Outcome<readonly PullReport[]>> => {
    const { runPull } = await import('./pull.ts');
    const reports: PullReport[] = [];
    for (const pull of prepared) {
      const report = await runPull(context, pull, { ...request, caller });
      if (!report.ok) return report;
      reports.push(report.value);
    }
    return success(reports);
  };

  return {
    list: (kind, filters, page, caller) => query.list(context, kind, filters, page, caller),
    get: (kind, id, caller) => query.get(context, kind, id, caller),
    facilities: (caller) => query.facilities(context, caller),
    facility: (code, caller) => query.facility(context, code, caller),
    fileItem: (file, caller) => query.fileItem(context, file, caller),
    countRunsByStatus: (filters, caller) => context.registry.countRunsByStatus(filters, caller),

    pull: async (request, caller) => {
      const prepared = preparePulls(context, request, caller);
      return prepared.ok ? runAll(prepared.value, request, caller) : prepared;
    },
    startPulls: async (request, caller) => {
      const prepared = preparePulls(context, request, caller);
      if (!prepared.ok) return prepared;
      const run = runAll(prepared.value, request, caller).finally(() => background.delete(run));
      background.add(run);
      return success(prepared.value.map(({ id, from }) => ({ id, source: from.id })));
    },
    pullReport: async (id, caller) => {
      if (!holds(caller, 'pulls:write')) {
        return failure(
          caller.kind === 'anonymous' ? 'unauthenticated' : 'denied',
          'Reading a pull needs a token with the scope pulls:write.',
          {
            expected: 'pulls:write',
          },
        );
      }
      return context.registry.pull(id);
    },

    validate: async (sources, profile) => {
      const { validate } = await import('./validate.ts');
      return validate(sources, profile, options.cwd);
    },

    open: async (request, caller) => {
      const { openFile } = await import('./open-file.ts');
      return openFile(context, request, caller);
    },
    describe: async (file, caller) => {
      const { describeFile } = await import('./open-file.ts');
      return describeFile(context, file, caller);
    },

    authenticate: (secret) => authenticate(context, secret),
    createToken: (token, caller) => createToken(context, token, caller),
    tokens: (caller) => tokens(context, caller),
    revokeToken: (name, caller) => revokeToken(context, name, caller),

    rebuild: async (rebuildOptions) => {
      const { rebuild } = await import('./rebuild.ts');
      return rebuild(context, rebuildOptions);
    },
    health: async () => {
      const ping = await context.registry.ping();
      return { status: ping.ok ? 'healthy' : 'unhealthy', version: VERSION, engine: context.registry.engine };
    },
    close: async () => {
      await Promise.allSettled(background);
      await context.close();
    },
  };
}
