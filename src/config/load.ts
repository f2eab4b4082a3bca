import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseDocument } from 'yaml';
import configSchema from '../../schemas/config.schema.json' with { type: 'json' };
import { failure, type Outcome, success } from '../model/failure.ts';
import type { JsonValue } from '../model/json.ts';
import type { Config } from './contract.ts';
import { type ConfigProblem, configProblems } from './errors.ts';
import { CONFIG_FORMATS } from './formats.ts';
import { resolveConfig, type WrittenConfig } from './resolve.ts';
import { SOURCE_SCHEMAS } from './source-schemas.ts';

/** Names looked for in the working directory when no `--config` is given, in this order. */
export const CONFIG_NAMES = ['crate-bridge.json', 'crate-bridge.yaml', 'crate-bridge.yml'] as const;

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
});
for (const [name, format] of Object.entries(CONFIG_FORMATS)) ajv.addFormat(name, format.holds);
for (const schema of SOURCE_SCHEMAS) ajv.addSchema(schema);
const validate = ajv.compile<WrittenConfig>(configSchema);

/** The configuration of a bridge that knows no facility: queries work, pulls have nothing to do. */
export const EMPTY_CONFIG: Config = {
  path: null,
  facilities: [],
  network: { allowPrivate: [] },
  notify: [],
  publicUrl: null,
};

/**
 * Reads, checks and completes the configuration. Without `path`, the first of `CONFIG_NAMES` in `cwd` is read; with none
 * there the configuration is empty. Fails with `unreadable` (no such file, not JSON or YAML) or `config_invalid`, which says
 * where (JSON Pointer), what was found and what is expected for every problem, not only the first.
 */
export async function loadConfig(options: {
  readonly path?: string;
  readonly cwd: string;
}): Promise<Outcome<Config>> {
  const path =
    options.path === undefined ? await findConfig(options.cwd) : resolve(options.cwd, options.path);
  if (path === null) return success(EMPTY_CONFIG);
  const text = await readText(path);
  if (!text.ok) return text;
  return parseConfig(text.value, path);
}

/** The configuration a text holds; `path` is where it was read and what relative folders start at. */
export function parseConfig(text: string, path: string): Outcome<Config> {
  const json = parseText(text, path);
  if (!json.ok) return json;
  const document = json.value;
  if (!validate(document)) return invalid(path, configProblems(validate.errors ?? [], document));
  const { config, problems } = resolveConfig(document, path, dirname(path));
  return problems.length > 0 ? invalid(path, problems) : success(config);
}

async function findConfig(cwd: string): Promise<string | null> {
  for (const name of CONFIG_NAMES) {
    const path = join(cwd, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile()) return path;
  }
  return null;
}

async function readText(path: string): Promise<Outcome<string>> {
  try {
    const { size } = await stat(path);
    if (size > MAX_CONFIG_BYTES) {
      return failure('too_large', `The configuration ${path} is larger than a configuration can be.`, {
        where: path,
        expected: `at most ${MAX_CONFIG_BYTES} bytes`,
        found: `${size} bytes`,
      });
    }
    return success(await readFile(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return failure('unreadable', `The configuration ${path} cannot be read (${why}).`, { where: path });
  }
}

function parseText(text: string, path: string): Outcome<JsonValue> {
  // JSON is YAML, so one parser serves both and gives line and column for either.
  const parsed = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const first = parsed.errors[0];
  if (first !== undefined) {
    return failure(
      'config_invalid',
      `The configuration ${path} is neither JSON nor YAML: ${first.message.split('\n')[0]}`,
      {
        where: path,
      },
    );
  }
  try {
    const value: JsonValue = parsed.toJS({ maxAliasCount: 100 });
    return success(value);
  } catch (error) {
    return failure(
      'config_invalid',
      `The configuration ${path} cannot be used: ${error instanceof Error ? error.message : 'aliases'}`,
      {
        where: path,
      },
    );
  }
}

function invalid(path: string, problems: readonly ConfigProblem[]): Outcome<never> {
  const [first] = problems;
  const lines = problems.map((p) => `  ${p.where}: found ${p.found}; expected ${p.expected}`);
  return failure('config_invalid', `The configuration ${path} does not hold:\n${lines.join('\n')}`, {
    ...(first === undefined ? {} : { where: first.where, found: first.found, expected: first.expected }),
  });
}
