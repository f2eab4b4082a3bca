import type { Outbound } from '../bridge/context.ts';
import type { Bridge } from '../bridge/contract.ts';
import type { LocalBridge } from '../bridge/local.ts';
import type { Config, Settings } from '../config/contract.ts';
import { loadConfig } from '../config/load.ts';
import { readSettings } from '../config/settings.ts';
import { failure, type Outcome, success } from '../model/failure.ts';

/** Options every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The bridge a command works on: the service of `CRATE_BRIDGE_URL` where that is set, else the database. */
export async function openBridge(options: GlobalOptions): Promise<Outcome<Bridge>> {
  const settings = readSettings(process.env, { ...dataOption(options), cwd: process.cwd() });
  if (!settings.ok) return settings;
  const { serviceUrl, serviceToken } = settings.value;
  if (serviceUrl === null) return openLocal(options, settings.value);
  const { createRemoteBridge } = await import('../bridge/remote.ts');
  return success(createRemoteBridge({ url: serviceUrl, token: serviceToken, cwd: process.cwd() }));
}

/** The database itself, for commands that a service cannot do for somebody else. */
export async function openLocalBridge(
  options: GlobalOptions,
): Promise<Outcome<{ readonly bridge: LocalBridge; readonly config: Config; readonly settings: Settings }>> {
  const settings = readSettings(process.env, { ...dataOption(options), cwd: process.cwd() });
  if (!settings.ok) return settings;
  if (settings.value.serviceUrl !== null) {
    return failure('usage', 'This command works on the database, but CRATE_BRIDGE_URL names a service.', {
      expected: 'CRATE_BRIDGE_URL unset, on the machine that holds the database',
    });
  }
  const config = await loadConfig({ ...configOption(options), cwd: process.cwd() });
  if (!config.ok) return config;
  const bridge = await openWith(config.value, settings.value);
  return bridge.ok
    ? success({ bridge: bridge.value, config: config.value, settings: settings.value })
    : bridge;
}

/** What reaches out under the configuration, for commands that need no database. */
export async function openOutbound(options: GlobalOptions): Promise<Outcome<Outbound>> {
  const config = await loadConfig({ ...configOption(options), cwd: process.cwd() });
  if (!config.ok) return config;
  const { createOutbound } = await import('../bridge/context.ts');
  return success(createOutbound({ config: config.value, env: process.env }));
}

async function openLocal(options: GlobalOptions, settings: Settings): Promise<Outcome<LocalBridge>> {
  const config = await loadConfig({ ...configOption(options), cwd: process.cwd() });
  return config.ok ? openWith(config.value, settings) : config;
}

/** A local bridge over the settings' database. */
export async function openWith(config: Config, settings: Settings): Promise<Outcome<LocalBridge>> {
  const [{ openRegistryAt }, { createLocalBridge }] = await Promise.all([
    import('../bridge/open-registry.ts'),
    import('../bridge/local.ts'),
  ]);
  const registry = await openRegistryAt(settings, config.notify);
  if (!registry.ok) return registry;
  return success(
    createLocalBridge({ config, registry: registry.value, env: process.env, cwd: process.cwd() }),
  );
}

function dataOption(options: GlobalOptions): { readonly data?: string } {
  return options.data === undefined ? {} : { data: options.data };
}

function configOption(options: GlobalOptions): { readonly path?: string } {
  return options.config === undefined ? {} : { path: options.config };
}
