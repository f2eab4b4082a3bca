import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';

/** The folder of documents others wrote, beside the project; null in a clone without it. */
export function conformanceDir(): string | null {
  const folder = fileURLToPath(new URL('../../../shared/conformance', import.meta.url));
  return existsSync(folder) ? folder : null;
}

/** A suite over those documents: skipped, with the reason in its name, where they are absent; in CI absence fails. */
export function describeConformance(name: string, suite: (folder: string) => void): void {
  const folder = conformanceDir();
  if (folder !== null) describe(name, () => suite(folder));
  else if (process.env['CI']) {
    describe(name, () => {
      throw new Error('The conformance documents must be at ../shared/conformance in CI.');
    });
  } else describe.skip(`${name} (skipped: no ../shared/conformance beside the project)`);
}

/** The JSON documents directly inside a folder, by file name without extension. */
export function jsonDocuments(folder: string): readonly (readonly [name: string, json: JsonValue])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, name), 'utf8'))]);
}
