import type { JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject, pointerJoin, pointerToken } from '../../model/json.ts';
import type { Collector } from '../collector.ts';
import { quoted } from '../wording.ts';
import { ownValue } from './classify.ts';
import { idOf, type Member } from './members.ts';
import type { ClassShape, EntityClass } from './schemas.ts';
import { bareTerm } from './terms.ts';

/** What replaces an SSRL 0.2 spelling (profile §15). */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  sampleName: '`sample_code`',
  proteinName: '`protein_name`',
  uniprotId:
    '`uniprot_id`, a CURIE, on a `lambda:Protein` entity that the sample lists in `hasBioChemEntityPart`',
  uniprot_id: '`uniprot_id` on a `lambda:Protein` entity',
  sampleComposition: 'the fuller record that `schemaRecord` points at',
  enzymeClass: 'nothing: the profile has no term for it',
  pdbCode: 'an `identifier` with `propertyID` PDB',
  resolutionAngstrom: '`resultSummary`, with its `estimator`',
  rawUnitId: "the part's `@id`, with `identifier` for the facility's own number",
  productId: "the part's `@id`, with `identifier` for the facility's own number",
  workflowRunId: "the run's `@id` and `workflow_code`",
  runDefinition: '`runParameters`',
  mimeType: '`encodingFormat`',
};

const REPLACED_TYPES: Readonly<Record<string, string>> = {
  'lambda:Experiment': '`lambda:Dataset`',
  'lambda:RawUnit': 'a plain `Dataset` part',
  'lambda:DerivedProduct': 'a plain `Dataset` part',
};

const SHA256 = /^[0-9a-f]{64}$/i;
const BYTES = /^[0-9]+$/;

/** Warnings about one entity: what the checker lets pass and the written profile does not. They never decide. */
export function adviseEntity(
  member: Member,
  entityClass: EntityClass,
  shape: ClassShape,
  report: Collector,
): void {
  const { node, pointer } = member;
  const warn = (rule: string, place: string, message: string): void =>
    report.warning('entity', rule, () => ({ pointer: place, entity: idOf(node), message }));

  adviseTypes(node['@type'], `${pointer}/@type`, warn);
  const seen = new Set<string>();
  for (const [key, value] of Object.entries(node)) {
    const bare = bareTerm(key);
    const term = bare !== null && shape.properties.has(bare) ? bare : key;
    const place = (): string => pointerJoin(pointer, key);
    if (seen.has(term) && !Object.hasOwn(node, term)) {
      warn('repeated-term', place(), `${quoted(term)} is written with two prefixes; the last one counts.`);
    }
    seen.add(term);
    if (shape.properties.get(term)?.deprecated === true) {
      warn(
        'deprecated-spelling',
        place(),
        `${quoted(term)} is a deprecated 0.2 spelling; use ${REPLACEMENTS[term] ?? 'its replacement'}.`,
      );
    }
    if (term === 'sha256' && typeof value === 'string' && !SHA256.test(value)) {
      warn('checksum-form', place(), `${quoted(value)} is no SHA-256: that has 64 hexadecimal digits.`);
    }
    if (term === 'contentSize' && entityClass === 'CrateFile' && !isSize(value)) {
      warn('size-form', place(), 'A size is a whole number of bytes, as digits or an integer.');
    }
    if (term === 'missing' && !isJsonArray(value)) {
      warn(
        'absence-shorthand',
        place(),
        '`missing` is not a list, so the graph rules do not see what it declares; write a list.',
      );
    }
  }
  const schemaSet = ownValue(node, 'schemaSet');
  if (entityClass === 'CrateRoot' && isJsonArray(schemaSet)) {
    adviseSchemaSet(schemaSet, `${pointer}/schemaSet`, warn);
  }
}

type Warn = (rule: string, place: string, message: string) => void;

function adviseTypes(type: JsonValue | undefined, pointer: string, warn: Warn): void {
  if (isJsonObject(type)) {
    warn('type-not-a-list', pointer, '`@type` is an object, of which only the keys are read; write a list.');
    return;
  }
  const types = isJsonArray(type) ? type : [type];
  for (const [index, token] of types.entries()) {
    const replacement = typeof token === 'string' ? REPLACED_TYPES[token] : undefined;
    if (replacement === undefined) continue;
    const place = isJsonArray(type) ? `${pointer}/${pointerToken(index)}` : pointer;
    warn(
      'deprecated-spelling',
      place,
      `${quoted(String(token))} is a deprecated 0.2 type; use ${replacement}.`,
    );
  }
}

function adviseSchemaSet(entries: readonly JsonValue[], pointer: string, warn: Warn): void {
  for (const [index, entry] of entries.entries()) {
    const sha256 = isJsonObject(entry) ? entry['sha256'] : undefined;
    if (typeof sha256 === 'string' && !SHA256.test(sha256)) {
      warn(
        'checksum-form',
        `${pointer}/${index}/sha256`,
        `${quoted(sha256)} is no SHA-256: that has 64 hexadecimal digits.`,
      );
    }
  }
}

function isSize(value: JsonValue): boolean {
  return typeof value === 'string' ? BYTES.test(value) : Number.isSafeInteger(value) && Number(value) >= 0;
}
