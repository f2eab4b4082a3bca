import type { Command } from 'commander';
import { DateTime } from 'luxon';
import type {
  CheckedConfig,
  CheckedCredential,
  CheckedFacility,
  CheckedSource,
} from '../../bridge/check-config.ts';
import { runCommand } from '../run.ts';
import { clean, plural } from '../text.ts';

/** `crate-bridge config check [PATH]` and `config schema`. Exit 64 when the file does not hold. */
export function configCommand(program: Command): void {
  const config = program
    .command('config')
    .summary('check the configuration, or print its schema')
    .description('The configuration file.');

  config
    .command('check')
    .summary('say what the configuration comes to, or everything that is wrong with it')
    .description(
      'Reads the configuration and prints what it comes to: sources with their next runs, storage rules, which credentials\n' +
        'are there (never what they hold) and which end soon. Exits 64 with every problem when the file does not hold.',
    )
    .argument('[path]', 'file to check; default: --config, or crate-bridge.json or .yaml here')
    .action((path: string | undefined, _options: object, command: Command) =>
      runCommand(command, async (output, global) => {
        const [{ openOutbound }, { checkConfig }] = await Promise.all([
          import('../session.ts'),
          import('../../bridge/check-config.ts'),
        ]);
        const outbound = await openOutbound(path === undefined ? global : { ...global, config: path });
        if (!outbound.ok) return output.failure(outbound.failure);
        try {
          const checked = checkConfig(outbound.value);
          output.result(checked, () => checkedText(checked));
          return 0;
        } finally {
          await outbound.value.close();
        }
      }),
    );

  config
    .command('schema')
    .summary('print the JSON Schema of the configuration, as one document')
    .action((_options: object, command: Command) =>
      runCommand(command, async (output) => {
        const { bundledSchema } = await import('../../config/bundled-schema.ts');
        const schema = bundledSchema();
        output.result(schema, () => JSON.stringify(schema, null, 2));
        return 0;
      }),
    );
}

function checkedText(config: CheckedConfig): string {
  const head =
    config.path === null
      ? 'There is no configuration here: queries work, pulls have nothing to do.'
      : `${config.path} holds: ${plural(config.facilities.length, 'facility', 'facilities')}, ${plural(
          config.facilities.reduce((sum, f) => sum + f.sources.length, 0),
          'source',
        )}`;
  const targets = config.notify.map(
    ({ name, url, events, secret }) =>
      `events to ${name}: ${url}, ${events?.join(', ') ?? 'every type'}, secret ${secretText(secret)}`,
  );
  const warnings = config.warnings.map(({ message }) => `warning: ${message}`);
  return [head, ...config.facilities.map(facilityText), ...targets, ...warnings].map(lines).join('\n');
}

/** Text of the file is shown, line breaks of ours alone. */
function lines(text: string): string {
  return text.split('\n').map(clean).join('\n');
}

function facilityText(facility: CheckedFacility): string {
  const { code, name, timezone, access, network } = facility;
  const head = `${code}${name === code ? '' : ` (${name})`}: ${timezone}; rows ${access.metadata}, bytes ${access.content}`;
  const allowed = network.allow.length === 0 ? [] : [`  may be asked at ${network.allow.join(', ')}`];
  const rules = facility.storage.map(
    ({ prefix, target, sources, credential }) =>
      `  bytes under ${prefix} are read from ${target}, for ${sources.join(', ')}${
        credential === null ? '' : `, with ${credentialText(credential)}`
      }`,
  );
  return [head, ...allowed, ...facility.sources.map(sourceText), ...rules].join('\n');
}

function sourceText(source: CheckedSource): string {
  const [first, ...more] = source.places;
  const place =
    first === undefined
      ? 'sent by the facility'
      : `${first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
  const runs =
    source.schedule === null
      ? ['    pulled when somebody asks']
      : [
          `    pulled at "${source.schedule}" in ${source.timezone}; next:`,
          ...source.next_runs.map((at) => `      ${inZone(at, source.timezone)}`),
        ];
  const credentials = source.credentials.map((credential) => `    with ${credentialText(credential)}`);
  return [`  ${source.name} (${source.kind}): ${place}`, ...runs, ...credentials].join('\n');
}

function credentialText({ kind, secrets, expires }: CheckedCredential): string {
  return `${kind} credential ${secrets.map(secretText).join(', ')}${expires === null ? '' : `, until ${expires}`}`;
}

function secretText({ where, found }: { readonly where: string; readonly found: boolean }): string {
  return `${where} (${found ? 'found' : 'MISSING'})`;
}

function inZone(at: string, timezone: string): string {
  return DateTime.fromISO(at, { zone: timezone }).toFormat('ccc yyyy-LL-dd HH:mm ZZZZ');
}
