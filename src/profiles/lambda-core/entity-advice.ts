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
  let prefixed: Set<string> | null = null;
  for (const key of Object.keys(node)) {
    const bare = bareTerm(key);
    const term = bare !== null && shape.properties.has(bare) ? bare : key;
    if (term !== key && !Object.hasOwn(node, term)) {
      prefixed ??= new Set();
      if (prefixed.has(term)) {
        const message = `${quoted(term)} is written with two prefixes; the last one counts.`;
        warn('repeated-term', pointerJoin(pointer, key), message);
      }
      prefixed.add(term);
    }
    const problem = problemOf(term, node[key], entityClass, shape);
    if (problem !== null) warn(problem.rule, pointerJoin(pointer, key), problem.message);
  }
  const schemaSet = ownValue(node, 'schemaSet');
  if (entityClass === 'CrateRoot' && isJsonArray(schemaSet)) {
    adviseSchemaSet(schemaSet, `${pointer}/schemaSet`, warn);
  }
}

interface Problem {
  readonly rule: string;
  readonly message: string;
}

/** What is to say about one property; most have nothing. */
function problemOf(
  term: string,
  value: JsonValue | undefined,
  entityClass: EntityClass,
  shape: ClassShape,
): Problem | null {
  if (shape.properties.get(term)?.deprecated === true) {
    const instead = REPLACEMENTS[term];
    const advice = instead === undefined ? 'the profile has no other term for it' : `use ${instead}`;
    return {
      rule: 'deprecated-spelling',
      message: `${quoted(term)} is a deprecated 0.2 spelling; ${advice}.`,
    };
  }
  if (term === 'sha256' && typeof value === 'string' && !SHA256.test(value)) return noChecksum(value);
  if (term === 'contentSize' && entityClass === 'CrateFile' && !isSize(value)) {
    return { rule: 'size-form', message: 'A size is a whole number of bytes, as digits or an integer.' };
  }
  if (term === 'missing' && !isJsonArray(value)) {
    const message = '`missing` is not a list, so the graph rules do not see what it declares; write a list.';
    return { rule: 'absence-shorthand', message };
  }
  return null;
}

function noChecksum(value: string): Problem {
  return {
    rule: 'checksum-form',
    message: `${quoted(value)} is no SHA-256: that has 64 hexadecimal digits.`,
  };
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
      const { rule, message } = noChecksum(sha256);
      warn(rule, `${pointer}/${index}/sha256`, message);
    }
  }
}

function isSize(value: JsonValue | undefined): boolean {
  return typeof value === 'string' ? BYTES.test(value) : Number.isSafeInteger(value) && Number(value) >= 0;
}
