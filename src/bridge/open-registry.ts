import type { NotifyConfig, Settings } from '../config/contract.ts';
import type { Outcome } from '../model/failure.ts';
import type { Registry } from '../registry/contract.ts';
import { openRegistry } from '../registry/open.ts';

/**
 * The registry the settings name: `DATABASE_URL`, else the embedded PostgreSQL in the data folder. What changes is queued
 * for those who are to be notified.
 */
export function openRegistryAt(
  settings: Settings,
  notify: readonly NotifyConfig[],
): Promise<Outcome<Registry>> {
  return openRegistry({ databaseUrl: settings.databaseUrl, dataDir: settings.dataDir, notify });
}
