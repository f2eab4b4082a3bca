import type { ErrorObject } from 'ajv/dist/2019.js';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject } from '../../model/json.ts';
import { closest } from '../../model/spelling.ts';
import { kindOf, oneOf, quoted } from '../wording.ts';
import { bareTerm } from './terms.ts';

/** A schema error in words. `key` names the unexpected property, which stands below the error's own place. */
export interface SchemaFinding {
  readonly rule: string;
  readonly message: string;
  readonly key?: string;
}

/** Longer names cannot be a slip of the pen, and comparing them costs. */
const COMPARED_CHARACTERS = 64;

/** Says what a schema error means. `subject` names the thing checked, `path` the place in it as written. */
export function schemaFinding(error: ErrorObject, subject: string, path: readonly string[]): SchemaFinding {
  const schema: JsonObject = error.parentSchema ?? {};
  const place = path.length === 0 ? subject : `${subject} ${quoted(path.join('/'))}`;
  switch (error.keyword) {
    case 'required':
      return missing(String(error.params['missingProperty']), schema, inside(place, path, schema));
    case 'additionalProperties':
      return unexpected(String(error.params['additionalProperty']), schema, inside(place, path, schema));
    case 'enum':
      return notInVocabulary(error, schema, place);
    case 'pattern':
      return {
        rule: 'wrong-form',
        message: `${place} is ${shown(error.data)}; it must be ${wanted(schema, `of the form ${schema['pattern']}`)}.`,
      };
    case 'not':
      return { rule: 'wrong-type', message: `${place} is a list; it takes one value.` };
    default:
      return wrongType(error, schema, place);
  }
}

/** Names the class of a value object, which a reader of the document does not see there. */
function inside(place: string, path: readonly string[], schema: JsonObject): string {
  return path.length === 0 ? place : `${place} (${schema['title']})`;
}

/** What a property is to hold, in the words of its schema. */
function wanted(schema: JsonObject, otherwise: string): string {
  const description = schema['description'];
  return typeof description === 'string' ? description : otherwise;
}

function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema['properties'];
  return isJsonObject(properties) ? properties : {};
}

function missing(key: string, schema: JsonObject, place: string): SchemaFinding {
  const property = propertiesOf(schema)[key];
  const what = isJsonObject(property) ? wanted(property, '') : '';
  // The prose of the profile (§6.4) would let it be declared; the class has no `missing`, so nothing can.
  const noEscape = key === 'sha256' ? ' A File cannot declare it missing.' : '';
  return {
    rule: 'missing-property',
    message: `${place} lacks ${quoted(key)}${what === '' ? '' : `: ${what}`}.${noEscape}`,
  };
}

function unexpected(key: string, schema: JsonObject, place: string): SchemaFinding {
  return {
    rule: 'unexpected-property',
    key,
    message: `${place} has no property ${quoted(key)}; ${instead(key, schema)}.`,
  };
}

function instead(key: string, schema: JsonObject): string {
  const allowed = Object.keys(propertiesOf(schema));
  if (schema['title'] === 'Reference') {
    return 'a reference holds `@id` alone, and the rest belongs to the entity it names';
  }
  const bare = bareTerm(key);
  if (bare !== null && allowed.includes(bare)) return `it repeats ${quoted(bare)}, so keep one of the two`;
  const short = /^https?:.*[/#]([^/#]+)$/.exec(key.slice(0, 400))?.[1];
  if (short !== undefined && allowed.includes(short)) return `write it as ${quoted(short)}`;
  const near = nearest(bare ?? key, allowed);
  if (near !== null) return `did you mean ${quoted(near)}?`.slice(0, -1);
  return `allowed are ${allowed.join(', ')}; technique-specific results belong in \`resultSummary\` of the root or of a workflow run`;
}

/** `content_size` and `ContentSize` are `contentSize`; after that, what differs by a few letters. */
function nearest(key: string, allowed: readonly string[]): string | null {
  if (key.length > COMPARED_CHARACTERS) return null;
  const plain = (word: string): string => word.replaceAll('_', '').toLowerCase();
  return allowed.find((candidate) => plain(candidate) === plain(key)) ?? closest(key, allowed);
}

function notInVocabulary(error: ErrorObject, schema: JsonObject, place: string): SchemaFinding {
  const tokens = isJsonArray(schema['enum']) ? schema['enum'].map(String) : [];
  const value: unknown = error.data;
  const near =
    typeof value === 'string' && value.length <= COMPARED_CHARACTERS ? closest(value, tokens) : null;
  const hint = near === null ? '' : ` Did you mean ${quoted(near)}?`;
  return {
    rule: 'not-in-vocabulary',
    message: `${place} is ${shown(value)}; ${schema['title']} has ${oneOf(tokens)}.${hint}`,
  };
}

function wrongType(error: ErrorObject, schema: JsonObject, place: string): SchemaFinding {
  const found = kindOf(jsonOf(error.data));
  const reference = String(schema['$ref'] ?? '').endsWith('/Reference');
  if (reference && found !== 'a list') {
    return {
      rule: 'wrong-type',
      message: `${place} is ${found}; a reference is written {"@id": "…"}.`,
    };
  }
  if (found === 'a list') {
    return {
      rule: 'wrong-type',
      message: `${place} is a list; it takes one value: ${wanted(schema, typesOf(error))}.`,
    };
  }
  return {
    rule: 'wrong-type',
    message: `${place} is ${found}; it must be ${wanted(schema, typesOf(error))}.`,
  };
}

function typesOf(error: ErrorObject): string {
  const type: unknown = error.params['type'];
  return (Array.isArray(type) ? type : String(type).split(',')).map((each) => `a ${each}`).join(' or ');
}

/** A scalar as written; anything larger by its kind. */
function shown(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : kindOf(jsonOf(value));
}

/** What ajv hands back is a part of the document it was given, which is JSON. */
function jsonOf(value: unknown): JsonValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return [];
  return value === undefined ? undefined : {};
}
