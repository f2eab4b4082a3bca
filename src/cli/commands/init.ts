import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Explored, Exploring } from '../../bridge/explore.ts';
import type { FacilityAnswers, InitReport } from '../../bridge/init.ts';
import { CONFIG_FORMATS } from '../../config/formats.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { CrateRows } from '../../model/rows.ts';
import { type Asker, createAsker } from '../ask.ts';
import type { Output } from '../output.ts';
import { repeat, runCommand } from '../run.ts';
import { bytesText, clean, plural, table } from '../text.ts';
import { findingText } from './validate.ts';

interface InitOptions {
  readonly output: string;
  readonly facility?: string;
  readonly name?: string;
  readonly source: string;
  readonly timezone?: string;
  readonly bearerEnv?: string;
  readonly allow?: readonly string[];
  readonly yes?: boolean;
}

/** Rows of each kind that are shown. */
const SHOWN = 3;

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `crate-bridge init [URL|FOLDER]`: a configuration for a place, and what its first crate would bring. */
export function initCommand(program: Command): void {
  program
    .command('init')
    .summary('write a configuration for a URL or folder, and show what its crates would bring')
    .description(
      'Finds out what a place is (a metadata document, a zip, a directory listing, a search API, a landing page, a folder),\n' +
        'writes a configuration for it with the schema beside, and shows the verdict on one crate and its first rows. Pulls\n' +
        'nothing and overwrites nothing (exit 64). Asks what it must know, unless --yes is given.',
    )
    .argument('[url-or-folder]', 'where crates are')
    .option('-o, --output <path>', 'configuration to write', 'crate-bridge.json')
    .option('--facility <code>', 'code of the facility; default: what the crate calls it')
    .option('--name <name>', 'name people know the facility by; default: the code')
    .option('--source <name>', 'name of the source', 'crates')
    .option('--timezone <zone>', "IANA zone of the facility; default: this machine's")
    .option('--bearer-env <variable>', 'environment variable with a bearer token for the place')
    .option('--allow <cidr>', 'private address range the facility may be asked at; repeatable', repeat)
    .option('--yes', 'take every proposal, also that a private address may be asked')
    .action((place: string | undefined, options: InitOptions, command: Command) =>
      runCommand(command, async (output) => {
        const asker = options.yes === true ? null : createAsker();
        try {
          return await runInit(place, options, output, asker);
        } finally {
          asker?.close();
        }
      }),
    );
}

async function runInit(
  given: string | undefined,
  options: InitOptions,
  output: Output,
  asker: Asker | null,
): Promise<number> {
  const init = await import('../../bridge/init.ts');
  const cwd = process.cwd();
  const path = resolve(cwd, options.output);
  const free = await init.mayWrite(path);
  if (!free.ok) return output.failure(free.failure);
  const place = given ?? (await asker?.text('URL or folder with crates', '')) ?? '';
  if (place === '') {
    return output.failure(
      failure('usage', 'Where are the crates?', {
        expected: 'a URL or a folder: crate-bridge init URL|FOLDER',
      }).failure,
    );
  }
  const timezone = options.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const wrong = wrongOption({ ...options, timezone });
  if (wrong !== null) return output.failure(wrong.failure);

  const found = await find({ place, timezone, options, output, asker, cwd });
  if (!found.ok) return output.failure(found.failure);
  const { explored, exploring, allow } = found.value;
  output.note(foundText(place, explored));
  const answers = await answersFor(explored, { options, timezone, allow, asker });
  const report = await init.initialise({ explored, exploring }, answers, path);
  if (!report.ok) return output.failure(report.failure);
  const next = [`doctor ${answers.code}/${options.source}`, 'pull --dry-run', 'serve'].map((one) =>
    init.commandFor(path, cwd, one),
  );
  const { rows, ...rest } = report.value;
  output.result({ ...rest, rows: rows === null ? {} : countsOf(rows), next }, () =>
    initText(report.value, next),
  );
  return 0;
}

function initText({ config, crate, rows, notes }: InitReport, next: readonly string[]): string {
  const errors = crate.findings.filter(({ severity }) => severity === 'error');
  return [
    `wrote ${config}`,
    '',
    `${clean(crate.iri)}: ${crate.conformant ? 'conformant' : 'not conformant'} (${crate.profile})`,
    ...errors.slice(0, SHOWN).map(findingText),
    ...(errors.length > SHOWN ? [`  … and ${plural(errors.length - SHOWN, 'more error')}`] : []),
    ...(rows === null ? [] : ['', 'Its first rows would be (nothing is written yet):', '', rowsText(rows)]),
    ...(notes.length === 0 ? [] : ['', ...notes.map(clean)]),
    '',
    'Next:',
    ...next.map((one) => `  ${one}`),
  ].join('\n');
}

function wrongOption(options: InitOptions): ReturnType<typeof failure> | null {
  const { facility, source, timezone = '' } = options;
  for (const [where, code] of [
    ['--facility', facility],
    ['--source', source],
  ] as const) {
    if (code !== undefined && !CODE.test(code)) {
      return failure('usage', `${where} is no code.`, {
        where,
        found: code,
        expected: 'letters, digits, dot, hyphen and underscore, starting with a letter or digit',
      });
    }
  }
  const format = (name: string, where: string, text: string) =>
    CONFIG_FORMATS[name]?.holds(text) === true
      ? null
      : failure('usage', `${where} does not hold.`, {
          where,
          found: text,
          expected: CONFIG_FORMATS[name]?.wants ?? name,
        });
  const ranges = (options.allow ?? []).map((range) => format('cidr', '--allow', range));
  return format('iana-zone', '--timezone', timezone) ?? ranges.find((problem) => problem !== null) ?? null;
}

interface Asking {
  readonly place: string;
  readonly timezone: string;
  readonly options: InitOptions;
  readonly output: Output;
  readonly asker: Asker | null;
  readonly cwd: string;
}

interface Found {
  readonly exploring: Exploring;
  readonly explored: Explored;
  readonly allow: readonly string[];
}

/** Explores, and again with each private address the person lets it ask. */
async function find(asking: Asking): Promise<Outcome<Found>> {
  const [{ explore }, { rangeOf }] = await Promise.all([
    import('../../bridge/explore.ts'),
    import('../../bridge/remedy.ts'),
  ]);
  const { place, timezone, options, output, asker, cwd } = asking;
  const allow = [...(options.allow ?? [])];
  for (;;) {
    const exploring: Exploring = {
      place,
      facility: {
        code: options.facility ?? 'FACILITY',
        timezone,
        ...(allow.length === 0 ? {} : { network: { allow: [...allow] } }),
      },
      source: options.source,
      ...(options.bearerEnv === undefined ? {} : { bearerEnv: options.bearerEnv }),
      cwd,
      env: process.env,
    };
    output.note(`looking at ${place}`);
    const explored = await explore(exploring);
    if (explored.ok) return success({ exploring, explored: explored.value, allow });
    const address = /^\S+/.exec(explored.failure.found ?? '')?.[0];
    if (explored.failure.code !== 'blocked_address' || address === undefined) return explored;
    const range = rangeOf(address);
    if (allow.includes(range)) return explored;
    output.note(
      `${place} leads to ${address}, which is not a public address. A facility is asked there only if its network.allow says so.`,
    );
    const agreed =
      options.yes === true || (await asker?.confirm(`Write "${range}" into network.allow?`)) === true;
    if (!agreed)
      return failure('blocked_address', explored.failure.message, { expected: `--allow ${range}, or --yes` });
    output.note(`network.allow gets "${range}"`);
    allow.push(range);
  }
}

async function answersFor(
  explored: Explored,
  known: {
    readonly options: InitOptions;
    readonly timezone: string;
    readonly allow: readonly string[];
    readonly asker: Asker | null;
  },
): Promise<FacilityAnswers> {
  const { suggestedCode } = await import('../../bridge/init.ts');
  const { options, asker, allow } = known;
  const notCode = (text: string) => (CODE.test(text) ? null : 'Letters, digits, dot, hyphen and underscore.');
  const notZone = (text: string) =>
    CONFIG_FORMATS['iana-zone']?.holds(text) === true
      ? null
      : 'An IANA time zone such as America/Los_Angeles.';
  const suggested = suggestedCode(explored);
  const code =
    options.facility ?? (await asker?.text('Short code of the facility', suggested, notCode)) ?? suggested;
  const name = options.name ?? (await asker?.text('Name people know it by', code)) ?? code;
  const timezone =
    options.timezone ??
    (await asker?.text("Time zone of the facility's dates", known.timezone, notZone)) ??
    known.timezone;
  return { code, name, timezone, allow };
}

const KINDS = {
  urls: 'a crate',
  'crate-collection': 'a crate whose parts are crates',
  'http-index': 'a directory listing',
  'lambda-search': 'a LAMBDA Facility Search API',
  signposting: 'a landing page that leads to a crate',
  directory: 'a folder',
  s3: 'a bucket',
  push: 'nothing to list',
} as const;

function foundText(place: string, { kind, crates, complete }: Explored): string {
  return `${place} is ${KINDS[kind]}${kind === 'urls' || kind === 'signposting' ? '' : `: ${plural(crates, 'crate')}${complete ? '' : ' so far'}`}`;
}

function countsOf(rows: CrateRows): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([list, of]) =>
      Array.isArray(of) && list !== 'findings' ? [[list, of.length]] : [],
    ),
  );
}

function rowsText(rows: CrateRows): string {
  const blocks = [
    block('runs', rows.experiment_runs, ['technique', 'status'], (r) => [
      r.experiment_code ?? r.name,
      r.technique,
      r.processing_status,
    ]),
    block('samples', rows.samples, ['type', 'organism'], (s) => [
      s.sample_code ?? s.name,
      s.sample_type,
      s.organism,
    ]),
    block('instruments', rows.instruments, ['code', 'beamline'], (i) => [
      i.name,
      i.instrument_code,
      i.beamline_id,
    ]),
    block('files', rows.data_files, ['size', 'sha256', 'storage_uri'], (f) => [
      f.file_name,
      bytesText(f.file_size_bytes),
      f.sha256 === null ? null : `${f.sha256.slice(0, 12)}…`,
      f.storage_uri,
    ]),
  ];
  return blocks.filter((text) => text !== null).join('\n\n');
}

function block<T>(
  kind: string,
  rows: readonly T[],
  head: readonly string[],
  cells: (row: T) => readonly (string | null)[],
): string | null {
  if (rows.length === 0) return null;
  const more = rows.length > SHOWN ? `\n… ${rows.length - SHOWN} more` : '';
  return table([`${kind} (${rows.length})`, ...head], rows.slice(0, SHOWN).map(cells)) + more;
}
