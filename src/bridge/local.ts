import type { Config } from '../config/contract.ts';
import { type Failure, type Outcome, success } from '../model/failure.ts';
import type { RebuildReport } from '../model/reports.ts';
import type { CredentialWarning } from '../net/expiry.ts';
import type { Registry } from '../registry/contract.ts';
import type { ArchiveReport, DumpOptions, RestoreOptions } from './archive.ts';
import { changes, drift } from './changes.ts';
import { createContext } from './context.ts';
import type { Bridge, Federation } from './contract.ts';
import { curating } from './curating.ts';
import { createFeedPoller } from './feed-poller.ts';
import { lambdaHealth, lambdaSearch } from './lambda-search.ts';
import type { Notifier, NotifierLog } from './notify/notifier.ts';
import { pullReport, pulls } from './pull-reports.ts';
import { findingsBehind, linkFindings, quarantined, quarantinedCrate } from './quarantine.ts';
import * as query from './query.ts';
import type { RebuildOptions } from './rebuild.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import { pauseSource, resumeSource, sources } from './source-items.ts';
import { authenticate, createToken, revokeToken, tokens } from './tokens.ts';
import { VERSION } from './version.ts';
import type { Worker } from './work/worker.ts';

/** A bridge with its own registry: what a service is, and what the command line is without `CRATE_BRIDGE_URL`. */
export interface LocalBridge extends Bridge, Federation {
  rebuild(options: RebuildOptions): Promise<Outcome<RebuildReport>>;
  /** Works on every pull from here on, whoever begins it, until the bridge closes. */
  startWork(troubled: (reason: Failure) => void): Promise<void>;
  /** Begins the pulls whose time has come from here on, until the bridge closes. */
  startSchedules(troubled: (reason: Failure) => void): Promise<void>;
  /** Delivers queued events from here on, until the bridge closes. */
  startDeliveries(log: NotifierLog): Promise<void>;
  /** Credentials of the configuration that are not there, end soon or have ended. */
  credentialWarnings(): Promise<readonly CredentialWarning[]>;
  /** Answers that are held until something comes are given now: the service is about to stop. */
  endWaits(): void;
  /** The whole registry to a file or stream, and back into an empty one. */
  dump(options: DumpOptions): Promise<Outcome<ArchiveReport>>;
  restore(options: RestoreOptions): Promise<Outcome<ArchiveReport>>;
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
  const poller = createFeedPoller(context.registry);
  let notifier: Notifier | null = null;
  let scheduler: Scheduler | null = null;

  // loaded when somebody pulls or serves: a query has no use for it
  let worker: Promise<Worker> | null = null;
  const work = () => {
    worker ??= import('./work/worker.ts').then(({ createWorker }) => createWorker(context));
    return worker;
  };

  return {
    list: (kind, filters, page, caller) => query.list(context, kind, filters, page, caller),
    get: (kind, id, caller) => query.get(context, kind, id, caller),
    facilities: (caller) => query.facilities(context, caller),
    facility: (code, caller) => query.facility(context, code, caller),
    fileItem: (file, caller) => query.fileItem(context, file, caller),
    why: async (file, caller) => (await import('./why.ts')).why(context, file, caller),
    countRunsByStatus: (filters, caller) => context.registry.countRunsByStatus(filters, caller),

    pull: async (request, caller) => {
      const { pull } = await import('./pull.ts');
      return pull(context, await work(), request, caller);
    },
    startPulls: async (request, caller) => {
      const { startPulls } = await import('./pull.ts');
      const begun = await startPulls(context, await work(), request, caller);
      if (!begun.ok) return begun;
      const running = begun.value.running.finally(() => background.delete(running));
      background.add(running);
      return success(begun.value.started);
    },
    pullReport: (id, caller) => pullReport(context, id, caller),
    pulls: (filters, caller) => pulls(context, filters, caller),
    startWork: async (troubled) => (await work()).start(troubled),
    startSchedules: async (troubled) => {
      const { createScheduler } = await import('./schedule/scheduler.ts');
      if (scheduler !== null) return;
      scheduler = createScheduler(context, { troubled });
      scheduler.start();
    },

    lambdaSearch: (query, base, caller) => lambdaSearch(context, query, base, caller),
    lambdaHealth: () => lambdaHealth(context),
    crateDocument: (id, wanted, caller) => context.registry.crateDocument(id, wanted, caller),

    sources: (caller) => sources(context, caller),
    pauseSource: (source, because, caller) => pauseSource(context, source, because, caller),
    resumeSource: (source, caller) => resumeSource(context, source, caller),

    push: async (request, caller) => {
      const { push, queueNested } = await import('./push.ts');
      const pushed = await push(context, request, caller);
      if (!pushed.ok) return pushed;
      const queued = await queueNested(context, pushed.value, caller);
      if (!queued.ok) return queued;
      if (queued.value !== null) {
        const running = (await work())
          .drain([queued.value], undefined)
          .finally(() => background.delete(running));
        background.add(running);
        if (request.wait === true) await running;
      }
      return success(pushed.value.item);
    },
    quarantined: (filters, page, caller) => quarantined(context, filters, page, caller),
    quarantinedCrate: (id, caller) => quarantinedCrate(context, id, caller),
    retryQuarantined: async (id, caller) => {
      const { retryQuarantined } = await import('./retry-quarantined.ts');
      return retryQuarantined(context, id, caller);
    },
    linkFindings: (id, days, caller) => linkFindings(context, id, days, caller),
    ...curating(context),
    findingsBehind: (secret) => findingsBehind(context, secret),

    changes: (request, caller) => changes(context, poller, request, caller),
    drift: (filters, caller) => drift(context, filters, caller),
    endWaits: () => poller.stop(),
    credentialWarnings: async () => {
      const [{ referencesOf }, { credentialWarnings }] = await Promise.all([
        import('./check-config.ts'),
        import('../net/expiry.ts'),
      ]);
      return credentialWarnings(referencesOf(context.config), context.secrets, context.now());
    },
    startDeliveries: async (log) => {
      const { createNotifier } = await import('./notify/notifier.ts');
      if (notifier !== null) return;
      notifier = createNotifier(context, { log });
      notifier.start();
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
    dump: async (dumpOptions) => (await import('./archive.ts')).dumpRegistry(context, dumpOptions),
    restore: async (restoreOptions) =>
      (await import('./archive.ts')).restoreRegistry(context, restoreOptions),
    health: async () => {
      const ping = await context.registry.ping();
      return { status: ping.ok ? 'healthy' : 'unhealthy', version: VERSION, engine: context.registry.engine };
    },
    close: async () => {
      poller.stop();
      await Promise.all([scheduler?.stop(), notifier?.stop(), worker?.then((running) => running.stop())]);
      await Promise.allSettled(background);
      await context.close();
    },
  };
}
