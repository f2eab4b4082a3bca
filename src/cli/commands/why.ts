import type { Command } from 'commander';
import { OPERATOR } from '../../model/caller.ts';
import type { Verification } from '../../model/pointer.ts';
import type { FileWhy, PointerOrigin, WhyProperty, WhyRule } from '../../model/why.ts';
import { runWithBridge } from '../run.ts';
import { bytesText, clean, UNDECLARED } from '../text.ts';

/** `crate-bridge why FILE_ID|URI`: where a pointer comes from. */
export function whyCommand(program: Command): void {
  program
    .command('why')
    .summary('say why a file is what it is: crate, entity, rule, last proof')
    .description(
      'Shows which crate versions say a pointer, the entity as its document has it, the property each fact was taken from,\n' +
        'the storage rule that reads it or why none does, and the last proof.',
    )
    .argument('<file>', 'file id, or storage_uri')
    .action((file: string, _options: object, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const found = await bridge.why(file, OPERATOR);
        if (!found.ok) return output.failure(found.failure);
        output.result(found.value, () => whyText(found.value));
        return 0;
      }),
    );
}

function whyText(why: FileWhy): string {
  const { pointer, entity } = why;
  const [origin] = why.said_by;
  const state = why.successor === null ? why.state : `${why.state} by ${why.successor}`;
  const lines: readonly (readonly [string, string])[] = [
    ['file', `${why.file_name} (${pointer.id}), ${state}`],
    ['storage_uri', placeText(why)],
    ['sha256', factText(pointer.sha256, entity.sha256) ?? missingText(why, 'sha256')],
    [
      'size',
      factText(sizeText(pointer.file_size_bytes), entity.file_size_bytes) ?? missingText(why, 'contentSize'),
    ],
    ['said by', originText(origin)],
    ['document', documentText(origin)],
    ['registered', registeredText(origin)],
    ...why.said_by.slice(1).map((other): readonly [string, string] => ['also', originText(other)]),
    ...(why.said_by_total > why.said_by.length
      ? [['also', `${why.said_by_total - why.said_by.length} more`] as const]
      : []),
    ['read by', ruleText(why.rule)],
    ...why.conflicts.map(({ message }): readonly [string, string] => ['conflict', message]),
    ['last proof', proofText(why.verification)],
    [
      'entity',
      `${origin.entity_iri} at ${origin.json_pointer}${origin.implied ? ', implied by the root' : ''}`,
    ],
  ];
  const written = entity.written === null ? [] : JSON.stringify(entity.written, null, 2).split('\n');
  return [
    ...lines.map(([name, text]) => `${name.padEnd(12)} ${clean(text)}`),
    ...written.map((line) => `  ${clean(line)}`),
  ].join('\n');
}

function sizeText(size: number | null): string | null {
  return size === null ? null : `${size} bytes (${bytesText(size)})`;
}

/** A fact with the property it was taken from; null where nobody said it. */
function factText(fact: string | null, from: WhyProperty | null): string | null {
  if (fact === null) return null;
  return `${fact}${from === null ? '' : `, from ${from.property}`}`;
}

/** A place with the words it was written in, and the way it went since. */
function placeText({ pointer, entity, said_by: [origin] }: FileWhy): string {
  const written = origin.storage_uri_written;
  const fact = factText(pointer.storage_uri, entity.storage_uri);
  if (fact === null)
    return written === null ? UNDECLARED : `none: "${written}" is no place to read bytes from`;
  const words = written === null || written === pointer.storage_uri ? '' : ` "${written}"`;
  return `${fact}${words}${origin.rebases.map(({ from, to }) => `, moved from ${from} to ${to}`).join('')}`;
}

function missingText({ declared_missing }: FileWhy, field: string): string {
  const said = declared_missing.find((missing) => missing.field === field);
  const why = [said?.reason, said?.note].filter((text) => text !== null && text !== undefined);
  return said === undefined
    ? UNDECLARED
    : `${UNDECLARED}: the crate says ${why.join(', ') || 'that it is missing'}`;
}

function originText({ crate, version, facility, source }: PointerOrigin): string {
  const verdict = version.conformant ? 'conformant' : 'not conformant';
  const name = crate.name === null ? '' : ` "${crate.name}"`;
  return `crate ${crate.iri}${name} version ${version.number}, ${version.state}, ${verdict} (${version.profile}), of ${facility}/${source}`;
}

function documentText({ document }: PointerOrigin): string {
  return `${document.url}, ${bytesText(document.size)} of ${document.media_type}, sha256 ${document.sha256}, stored ${document.stored_at}`;
}

function registeredText({ version, pull }: PointerOrigin): string {
  const by = pull === null ? '' : `, by pull ${pull.id} (${pull.trigger}) of ${pull.started_at}`;
  return `${version.registered_at}${by}, checked by ${version.checker_version}, mapped by ${version.mapper_version}`;
}

function ruleText(rule: WhyRule): string {
  if (!rule.applies) return `nothing: ${rule.failure.message}`;
  const target = rule.target === null ? `over ${rule.reads}` : `from ${rule.target}`;
  return `the rule for ${rule.prefix} of ${rule.facility}, ${target}; ${rule.sources.join(', ')} may point there`;
}

function proofText(proof: Verification | null): string {
  if (proof === null) return 'never read';
  const code = proof.failure_code === null ? '' : ` (${proof.failure_code})`;
  const found =
    proof.sha256_found === null || proof.sha256_found === proof.sha256_expected
      ? ''
      : `, found sha256 ${proof.sha256_found}`;
  return `${proof.outcome}${code} at ${proof.finished_at}: ${proof.bytes_read} bytes read by ${proof.caller} (${proof.door})${found}`;
}
