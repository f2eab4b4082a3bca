import type { ErrorObject } from 'ajv/dist/2019.js';
import type { FindingLayer } from '../../model/finding.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';
import { EMBEDDED_COLLECTIONS, type RecordFinding, type RecordVerdict } from '../../model/record-rows.ts';
import { type Collector, createCollector } from '../collector.ts';
import { pointerTokens } from '../lambda-core/normalise.ts';
import { schemaFinding } from '../lambda-core/schema-findings.ts';
import { quoted } from '../wording.ts';
import { createAdvice } from './advice.ts';
import { type ClassShape, classValidators, DATASET, rootValidators, type Validators } from './schemas.ts';

/** The version of lambda-ber-schema the rules were taken from. */
export const RECORD_RULES_VERSION = '0.1.2';

type Report = Collector<'lambda-record'>;

/**
 * Checks a record by our own schema of lambda-ber-schema's `Dataset`: the record itself, then every entity and association by
 * its class. Errors are what the published schema refuses as well. A slot it does not list, a value its vocabularies lack and a
 * form of earlier versions are warnings, each once: the schema grows, and such a record still registers. Total: whatever the
 * JSON, it answers and never throws.
 */
export function checkRecord(json: JsonValue): {
  readonly verdicts: readonly RecordVerdict[];
  readonly findings: readonly RecordFinding[];
} {
  const report = createCollector('lambda-record');
  if (!isJsonObject(json)) {
    report.error('document', 'not-an-object', () => ({
      pointer: '',
      entity: null,
      message:
        'The record is no object; a Dataset has an id and collections such as samples and experiment_runs.',
    }));
    return result(report, 'the record is not an object');
  }
  check(json, { shape: DATASET, pointer: '', entity: idOf(json), validators: rootValidators() }, report);
  const advise = createAdvice(report);
  advise(json, DATASET, '', idOf(json));
  for (const [collection, { value }] of DATASET.slots) {
    if (value === null) continue;
    checkItems(own(json, collection), value, pointerJoin('', collection), report, advise);
  }
  for (const [node, pointer] of items(own(json, 'studies'), '/studies')) {
    if (isJsonObject(node)) checkEmbedded(node, pointer, report, advise);
  }
  return result(report, null);
}

type Advise = ReturnType<typeof createAdvice>;

function checkItems(
  value: JsonValue | undefined,
  shape: ClassShape,
  pointer: string,
  report: Report,
  advise: Advise,
): void {
  const validators = classValidators(shape);
  for (const [node, at] of items(value, pointer)) {
    const entity = isJsonObject(node) ? idOf(node) : null;
    if (!isJsonObject(node)) {
      report.error('entity', 'wrong-type', () => ({
        pointer: at,
        entity: null,
        message: `This must be a ${shape.name}, an object with slots.`,
      }));
      continue;
    }
    check(node, { shape, pointer: at, entity, validators }, report);
    advise(node, shape, at, entity);
  }
}

function checkEmbedded(study: JsonObject, pointer: string, report: Report, advise: Advise): void {
  for (const [slot, collection] of Object.entries(EMBEDDED_COLLECTIONS)) {
    const value = own(study, slot);
    const shape = DATASET.slots.get(collection)?.value ?? null;
    if (value === undefined || value === null || shape === null) continue;
    const at = pointerJoin(pointer, slot);
    report.warning('entity', 'older-form', () => ({
      pointer: at,
      entity: idOf(study),
      message: `${quoted(slot)} stands in a study, as records before 2026 wrote it; write it beside studies, with an association table.`,
    }));
    checkItems(value, shape, at, report, advise);
  }
}

/** The items of a collection in either of LinkML's forms: a list, or an object by id. */
function* items(value: JsonValue | undefined, pointer: string): Generator<readonly [JsonValue, string]> {
  if (isJsonArray(value)) {
    for (const [index, node] of value.entries()) yield [node, pointerJoin(pointer, index)];
  } else if (isJsonObject(value)) {
    for (const [id, node] of Object.entries(value)) {
      yield [isJsonObject(node) ? { id, ...node } : node, pointerJoin(pointer, id)];
    }
  }
}

interface Checked {
  readonly shape: ClassShape;
  readonly pointer: string;
  readonly entity: string | null;
  readonly validators: Validators;
}

function check(node: JsonObject, { shape, pointer, entity, validators }: Checked, report: Report): void {
  const layer: FindingLayer = shape === DATASET ? 'document' : 'entity';
  for (const error of schemaErrors(validators, withoutNulls(node))) {
    const rule = RULES[error.keyword] ?? 'wrong-type';
    const detail = () => {
      const path = pointerTokens(error.instancePath);
      return {
        pointer: pointerJoin(pointer, ...path),
        entity,
        message: schemaFinding(error, shape.name, path).message,
      };
    };
    if (rule === 'not-in-vocabulary') report.warning(layer, rule, detail);
    else report.error(layer, rule, detail);
  }
}

const RULES: Readonly<Record<string, string>> = {
  required: 'missing-property',
  enum: 'not-in-vocabulary',
  pattern: 'wrong-form',
};

/** Above this many slots only the first error of an object is shown: ajv holds all of them at once. */
const LISTED_SLOTS = 10_000;

function schemaErrors({ first, all }: Validators, value: JsonObject): readonly ErrorObject[] {
  if (first(value)) return [];
  if (Object.keys(value).length > LISTED_SLOTS) return first.errors ?? [];
  const every = all();
  every(value);
  return every.errors ?? [];
}

/** A slot with null says nothing: as if it were not there. */
function withoutNulls(value: JsonObject): JsonObject {
  const slots = Object.entries(value).flatMap(([slot, inner]): [string, JsonValue][] =>
    inner === null ? [] : [[slot, isJsonObject(inner) ? withoutNulls(inner) : inner]],
  );
  return Object.fromEntries(slots);
}

function own(node: JsonObject, slot: string): JsonValue | undefined {
  return Object.hasOwn(node, slot) ? node[slot] : undefined;
}

function idOf(node: JsonObject): string | null {
  const id = own(node, 'id');
  return typeof id === 'string' ? id : null;
}

function result(report: Report, notRun: string | null) {
  const verdict = (layer: 'document' | 'entity'): RecordVerdict => ({
    profile: 'lambda-record',
    version: RECORD_RULES_VERSION,
    layer,
    ...(notRun !== null && layer === 'entity'
      ? { verdict: 'not-run', reason: notRun }
      : { verdict: report.errors(layer) === 0 ? 'holds' : 'does-not-hold' }),
  });
  return { verdicts: [verdict('document'), verdict('entity')], findings: report.findings() };
}
