import type { ErrorObject } from 'ajv/dist/2019.js';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject } from '../../model/json.ts';
import type { Collector } from '../collector.ts';
import { oneOf, quoted } from '../wording.ts';
import { classify, ownValue, TYPE_TOKENS, typeTokens } from './classify.ts';
import { adviseEntity } from './entity-advice.ts';
import { idOf, type Member } from './members.ts';
import { join, normaliseEntity, pointerTokens, writtenPath } from './normalise.ts';
import { schemaFinding } from './schema-findings.ts';
import { type ClassShape, classShape, entityValidators, type Validators } from './schemas.ts';

/** Above this many values, only the first error of an entity is shown: ajv holds all errors of an entity at once. */
const LISTED_VALUES = 500_000;

/** Layer 2: each entity by itself against the closed class that its `@type` chooses. */
export function checkEntities(members: readonly Member[], newer: boolean, report: Collector): void {
  for (const member of members) {
    const { node, pointer } = member;
    const types = typeTokens(node['@type']);
    if (types === null) {
      report.error('entity', 'wrong-type', () => ({
        pointer: `${pointer}/@type`,
        entity: idOf(node),
        message: '`@type` must be a type token or a list of them.',
      }));
      continue;
    }
    const entityClass = classify((key) => ownValue(node, key));
    if (entityClass === null) {
      report.error('entity', 'no-class', () => noClass(member, types));
      continue;
    }
    const shape = classShape(entityClass);
    const normal = normaliseEntity(node, shape);
    for (const error of schemaErrors(entityValidators(entityClass), normal)) {
      reportError(error, member, shape, newer, report);
    }
    adviseEntity(member, entityClass, shape, report);
  }
}

function noClass(member: Member, types: readonly JsonValue[]) {
  const given = types.map((type) => (typeof type === 'string' ? quoted(type) : 'a value that is no string'));
  const listed = given.slice(0, 10).join(', ');
  return {
    pointer: ownValue(member.node, '@type') === undefined ? member.pointer : `${member.pointer}/@type`,
    entity: idOf(member.node),
    message: `${given.length === 0 ? 'Without a type' : `With @type ${listed}`} an entity has no class in the profile; it needs one of ${oneOf(TYPE_TOKENS)}.`,
  };
}

function schemaErrors(validators: Validators, value: JsonObject): readonly ErrorObject[] {
  if (validators.first(value)) return [];
  if (hasMoreValues(value, LISTED_VALUES)) return validators.first.errors ?? [];
  validators.all(value);
  return validators.all.errors ?? [];
}

function reportError(
  error: ErrorObject,
  member: Member,
  shape: ClassShape,
  newer: boolean,
  report: Collector,
): void {
  const rule = ruleOf(error);
  const detail = () => {
    const path = writtenPath(member.node, shape, pointerTokens(error.instancePath));
    const finding = schemaFinding(error, shape.name, path);
    const place = finding.key === undefined ? path : [...path, finding.key];
    return { pointer: join(member.pointer, place), entity: idOf(member.node), message: finding.message };
  };
  // A profile newer than these rules may have properties they do not know.
  if (newer && rule === 'unexpected-property') report.warning('entity', rule, detail);
  else report.error('entity', rule, detail);
}

const RULES: Readonly<Record<string, string>> = {
  required: 'missing-property',
  additionalProperties: 'unexpected-property',
  enum: 'not-in-vocabulary',
  pattern: 'wrong-form',
};

function ruleOf(error: ErrorObject): string {
  return RULES[error.keyword] ?? 'wrong-type';
}

/** Whether a value holds more than `limit` values, counted without recursion. */
function hasMoreValues(value: JsonValue, limit: number): boolean {
  const open: JsonValue[] = [value];
  let seen = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    seen += 1;
    if (seen + open.length > limit) return true;
    const inner = isJsonArray(next) ? next : isJsonObject(next) ? Object.values(next) : [];
    if (inner.length > limit) return true;
    for (const each of inner) open.push(each);
  }
  return false;
}
