import type { ErrorObject } from 'ajv';
import configSchema from '../../schemas/config.schema.json' with { type: 'json' };
import { isJsonObject, type JsonValue } from '../model/json.ts';
import { closest } from '../model/spelling.ts';
import { CONFIG_FORMATS } from './formats.ts';

const COMMON_TO_SOURCES: readonly string[] = Object.keys(configSchema.$defs.sourceCommon.properties);

/** Where a secret is named; somebody may have written the secret itself there by mistake. */
const SECRET_PLACE = /\/(credential|secret|clientSecret|accessKeyId|secretAccessKey|sessionToken)\b/;
const UNSHOWN = 'something else, which is not shown since it may be a secret';

/** One thing wrong in a configuration file: where, what is there, and what would be right. */
export interface ConfigProblem {
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

/** The errors of ajv as problems a data manager can act on: alternatives that merely echo a deeper error are left out. */
export function configProblems(
  errors: readonly ErrorObject[],
  document: JsonValue,
): readonly ConfigProblem[] {
  const deeper = errors.filter((e) => !['if', 'oneOf', 'allOf', 'anyOf'].includes(e.keyword));
  const told = deeper.length > 0 ? deeper : errors;
  const problems = told.map((error) => problemOf(error, document));
  const seen = new Set<string>();
  return problems.filter((p) => {
    const key = `${p.where} ${p.expected}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function problemOf(error: ErrorObject, document: JsonValue): ConfigProblem {
  const where = error.instancePath === '' ? '/' : error.instancePath;
  const found = SECRET_PLACE.test(error.instancePath) ? UNSHOWN : show(at(document, error.instancePath));
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      const own = parentProperties(error);
      const known = [
        ...(isJsonObject(own) ? Object.keys(own) : []),
        // only the kinds of source take part of their properties from elsewhere
        ...(error.keyword === 'unevaluatedProperties' ? COMMON_TO_SOURCES : []),
      ];
      const near = closest(key, known);
      const hint =
        near === null
          ? known.length > 0
            ? `one of ${known.join(', ')}`
            : 'no such property'
          : `did you mean ${near}?`;
      return { where: `${error.instancePath}/${key}`, found: `unknown property "${key}"`, expected: hint };
    }
    case 'required':
      return { where, found: 'it is absent', expected: `a property "${String(params['missingProperty'])}"` };
    case 'enum':
      return { where, found, expected: `one of ${JSON.stringify(params['allowedValues'])}` };
    case 'const':
      return { where, found, expected: JSON.stringify(params['allowedValue']) };
    case 'type':
      return { where, found, expected: `a value of type ${String(params['type'])}` };
    case 'format':
      return {
        where,
        found,
        expected: CONFIG_FORMATS[String(params['format'])]?.wants ?? String(params['format']),
      };
    case 'pattern':
      return { where, found, expected: describe(error) ?? `text that matches ${String(params['pattern'])}` };
    default:
      return { where, found, expected: describe(error) ?? error.message ?? 'something else' };
  }
}

/** `parentSchema` is filled in because ajv runs with `verbose`. */
function describe(error: ErrorObject): string | null {
  const description: unknown = error.parentSchema?.['description'];
  return typeof description === 'string' ? description : null;
}

function parentProperties(error: ErrorObject): JsonValue | undefined {
  const properties: JsonValue | undefined = error.parentSchema?.['properties'];
  return properties;
}

function at(document: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isJsonObject(value)) value = Object.hasOwn(value, key) ? value[key] : undefined;
    else return undefined;
  }
  return value;
}

function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
