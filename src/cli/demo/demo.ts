import { writeFile } from 'node:fs/promises';
import type { Bridge } from '../../bridge/contract.ts';
import type { LocalBridge } from '../../bridge/local.ts';
import { saveFile } from '../../bridge/save-file.ts';
import { loadConfig } from '../../config/load.ts';
import { readSettings } from '../../config/settings.ts';
import { OPERATOR } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { FileItem } from '../../model/items.ts';
import type { PullReport } from '../../model/reports.ts';
import { pullProgress, pullText } from '../commands/pull.ts';
import { failureText, type Output } from '../output.ts';
import { startService, untilStopped } from '../service.ts';
import { type GlobalOptions, openWith } from '../session.ts';
import { bytesText, plural, table, UNDECLARED } from '../text.ts';
import { demoConfig } from './config.ts';
import { type Facility, startFacility } from './facility.ts';
import { writePayload } from './payload.ts';
import { EXAMPLE_CRATES, prepareDemoFolder, shown } from './place.ts';

interface DemoOptions extends GlobalOptions {
  readonly keep: boolean;
}

/** Runs whose data nobody has worked on (ProcessingStatusEnum). */
const NOT_PROCESSED = ['collected', 'raw'];

/** The whole story, told on stdout; with `--json` as one document at the end. Exit 0 when it went as it should. */
export async function runDemo(options: DemoOptions, output: Output): Promise<number> {
  const settings = readSettings(
    { ...process.env, DATABASE_URL: undefined, CRATE_BRIDGE_URL: undefined },
    {
      ...(options.data === undefined ? {} : { data: options.data }),
      cwd: process.cwd(),
    },
  );
  if (!settings.ok) return output.failure(settings.failure);
  const place = await prepareDemoFolder(settings.value.dataDir);
  if (!place.ok) return output.failure(place.failure);
  const { dir, payload, config: configPath, fetched } = place.value;

  await writePayload(payload);
  const facility = await startFacility({ crates: EXAMPLE_CRATES, payload });
  const say = (line: string) => {
    if (!output.json) process.stdout.write(`${line}\n`);
  };
  try {
    say(`1. A facility on this machine: ${facility.url} serves crates and their files.\n`);
    await writeFile(configPath, `${JSON.stringify(demoConfig(facility.url, payload), null, 2)}\n`);
    const config = await loadConfig({ path: configPath, cwd: process.cwd() });
    if (!config.ok) return output.failure(config.failure);
    const bridge = await openWith(config.value, { ...settings.value, dataDir: dir });
    if (!bridge.ok) return output.failure(bridge.failure);
    try {
      const story = await tell(bridge.value, facility, fetched, output, say);
      if (!story.ok) return output.failure(story.failure);
      const commands = commandsToPaste(dir, configPath, story.value.verified);
      output.result({ ...story.value, facility: facility.url, config: configPath, commands }, () => '');
      say('6. Go on from here:\n');
      for (const command of commands) say(`   ${command}`);
      if (options.keep) await keep(bridge.value, output);
      return 0;
    } finally {
      await bridge.value.close();
    }
  } finally {
    await facility.close();
  }
}

interface Story {
  readonly pulls: readonly PullReport[];
  readonly runs_by_status: Readonly<Record<string, number>>;
  readonly verified: { readonly id: string; readonly file_name: string; readonly sha256: string | null };
  readonly refused: { readonly id: string; readonly file_name: string; readonly code: string };
}

async function tell(
  bridge: Bridge,
  facility: Facility,
  folder: string,
  output: Output,
  say: (line: string) => void,
): Promise<Outcome<Story>> {
  say('2. Its crates are pulled, checked and registered:\n');
  const { progress, stop } = pullProgress(output);
  const pulled = await bridge.pull({ sources: [], dryRun: false, progress }, OPERATOR);
  stop();
  if (!pulled.ok) return pulled;
  for (const report of pulled.value) say(`   ${pullText(report).replaceAll('\n', '\n   ')}`);
  const unwell = pulled.value.find(
    (r) => r.error !== undefined || r.failed + r.quarantined > 0 || r.listed === 0,
  );
  if (unwell !== undefined)
    return failure('not_conformant', `The pull of ${unwell.source} did not go well:\n${pullText(unwell)}`);
  say(`\n   ${rowsText(pulled.value)}`);
  const referenced = pulled.value.reduce((sum, r) => sum + r.bytes_referenced, 0);
  say(
    `   ${bytesText(referenced)} now searchable, ${pulled.value.reduce((sum, r) => sum + r.bytes_copied, 0)} bytes copied\n`,
  );

  say('3. Which runs are not processed yet?\n');
  const status = await bridge.countRunsByStatus({}, OPERATOR);
  if (!status.ok) return status;
  const waiting = await bridge.list(
    'runs',
    { processing_status: NOT_PROCESSED },
    { limit: 100, cursor: null },
    OPERATOR,
  );
  if (!waiting.ok) return waiting;
  const rows = waiting.value.items.map((r) => [
    r.experiment_code ?? r.name,
    r.technique,
    r.processing_status,
    r.start_time ?? r.experiment_date,
    r.facility,
    r.samples.map((s) => s.name ?? s.id).join(', ') || null,
  ]);
  say(indent(table(['run', 'technique', 'status', 'when', 'facility', 'sample'], rows)));
  say(
    `\n   ${plural(waiting.value.total, 'run')} not processed yet; ${plural(status.value[UNDECLARED] ?? 0, 'run')} of unknown status counted apart\n`,
  );

  const files = await bridge.list('files', {}, { limit: 1000, cursor: null }, OPERATOR);
  if (!files.ok) return files;
  const good = largest(files.value.items, 'SSRL');
  const bad = largest(files.value.items, 'EMSL');
  if (good === null || bad === null) return failure('internal', 'The example crates name no file to stream.');

  say('4. A file is streamed, verified:\n');
  const saved = await save(bridge, good, folder);
  if (!saved.ok) return saved;
  say(`   ${good.storage_uri}`);
  say(
    `   ${bytesText(saved.value.bytes)}, sha256 ${saved.value.sha256} proven, written to ${shown(saved.value.path)}\n`,
  );

  say('5. One byte of another file is flipped at the facility, and it is asked for:\n');
  await facility.corrupt(new URL(bad.storage_uri ?? facility.url).pathname);
  const refused = await save(bridge, bad, folder);
  if (refused.ok) return failure('internal', `${bad.file_name} was corrupted, and was not refused.`);
  say(`   ${bad.storage_uri}`);
  say(
    `${indent(failureText(refused.failure))}\n   nothing was written; a pipeline gets exit code 1, never wrong bytes\n`,
  );

  return success({
    pulls: pulled.value,
    runs_by_status: status.value,
    verified: { id: good.id, file_name: good.file_name, sha256: saved.value.sha256 },
    refused: { id: bad.id, file_name: bad.file_name, code: refused.failure.code },
  });
}

function save(bridge: Bridge, file: FileItem, folder: string): ReturnType<typeof saveFile> {
  return saveFile(bridge, {
    file: file.id,
    output: `${folder}/`,
    force: false,
    unverified: false,
    caller: OPERATOR,
    signal: new AbortController().signal,
    progress: { size: () => {}, advance: () => {} },
  });
}

/** The largest file of a facility that can be proven. */
function largest(files: readonly FileItem[], facility: string): FileItem | null {
  const provable = files.filter(
    (f) => f.facility === facility && f.sha256 !== null && f.storage_uri !== null,
  );
  return provable.toSorted((a, b) => (b.file_size_bytes ?? 0) - (a.file_size_bytes ?? 0))[0] ?? null;
}

function rowsText(reports: readonly PullReport[]): string {
  const rows = new Map<string, number>();
  for (const item of reports.flatMap((r) => r.items)) {
    for (const [kind, count] of Object.entries(item.rows)) rows.set(kind, (rows.get(kind) ?? 0) + count);
  }
  return `rows: ${[...rows].map(([kind, count]) => `${count} ${kind}`).join(', ')}`;
}

function commandsToPaste(dir: string, configPath: string, file: Story['verified']): readonly string[] {
  const at = `--data ${quoted(shown(dir))} --config ${quoted(shown(configPath))}`;
  return [
    `npx crate-bridge runs --processing-status collected,raw ${at}`,
    `npx crate-bridge files --technique saxs --json ${at}`,
    `npx crate-bridge fetch ${file.id} -o ${quoted(file.file_name)} --force ${at}`,
  ];
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function indent(text: string): string {
  return `   ${text.replaceAll('\n', '\n   ')}`;
}

async function keep(bridge: LocalBridge, output: Output): Promise<void> {
  await bridge.startWork((reason) => output.failure(reason));
  const server = await startService(bridge, { host: '127.0.0.1', port: 0 }, output);
  if (!server.ok) {
    output.failure(server.failure);
    return;
  }
  output.note('the service and the facility stay up until Ctrl-C');
  await untilStopped();
  await server.value.close();
}
