import type { Settings } from '../config/contract.ts';
import type { Outcome } from '../model/failure.ts';
import type { Registry } from '../registry/contract.ts';
import { openRegistry } from '../registry/open.ts';

/** The registry the settings name: `DATABASE_URL`, else the embedded PostgreSQL in the data folder. */
export function openRegistryAt(settings: Settings): Promise<Outcome<Registry>> {
  return openRegistry({ databaseUrl: settings.databaseUrl, dataDir: settings.dataDir });
}
