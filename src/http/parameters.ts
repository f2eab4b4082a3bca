import { z } from '@hono/zod-openapi';
import { failure, type Outcome, success } from '../model/failure.ts';
import { closest } from '../model/spelling.ts';
import type { DoorCall } from './door.ts';

/**
 * Reads a query strictly: an unknown name, a value given twice where one is meant, or a value that does not fit is a
 * `usage` failure that says what would be right. A list is written by repeating its name; those in `commas` may also be
 * written with commas, being codes that never hold one.
 *
 * A schema's error text is what would be right, such as `a whole number from 1 to 1000`.
 */
export function readQuery<S extends z.ZodObject>(
  call: DoorCall,
  schema: S,
  commas: readonly string[] = [],
): Outcome<z.output<S>> {
  const written = new URL(call.req.url).searchParams;
  const known = Object.keys(schema.shape);
  const values: Record<string, string | string[]> = {};
  for (const name of new Set(written.keys())) {
    if (!known.includes(name)) {
      return failure('usage', unknownMessage('parameter', name, known), {
        where: `?${name.slice(0, 100)}`,
        expected: known.length === 0 ? 'no parameter' : known.join(', '),
        found: name,
      });
    }
    const given = written.getAll(name);
    if (isList(schema.shape[name])) {
      values[name] = [...new Set(commas.includes(name) ? given.flatMap((text) => text.split(',')) : given)];
    } else if (given.length > 1) {
      return failure('usage', `${name} is given ${given.length} times; it takes one value.`, {
        where: `?${name}`,
        expected: 'one value',
        found: given.join(', '),
      });
    } else values[name] = given[0] ?? '';
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return success(parsed.data);
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  if (values[name] === undefined) {
    return failure('usage', `${name} is missing; it must be ${issue?.message}.`, {
      where: `?${name}`,
      expected: issue?.message ?? '',
    });
  }
  const found = String(valueAt(values, issue?.path ?? []) ?? '');
  return failure(
    'usage',
    `${name} is "${found.slice(0, 200)}"; it must be ${issue?.message}.${plusHint(found)}`,
    {
      where: `?${name}`,
      expected: issue?.message ?? '',
      found,
    },
  );
}

/** What to say of a name nobody knows. */
export function unknownMessage(kind: 'parameter' | 'field', name: string, known: readonly string[]): string {
  const near = closest(name, known);
  if (near !== null) return `There is no ${kind} "${name.slice(0, 100)}"; did you mean "${near}"?`;
  const rest = known.length === 0 ? `this takes none` : `there are ${known.join(', ')}`;
  return `There is no ${kind} "${name.slice(0, 100)}"; ${rest}.`;
}

/** A copy without its undefined members, for types that tell absent from undefined. */
export function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Object.fromEntries forgets the names' types; nothing else changes here.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function isList(schema: unknown): boolean {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodArray;
}

function valueAt(values: Record<string, string | string[]>, path: readonly PropertyKey[]): unknown {
  const value = values[String(path[0])];
  return Array.isArray(value) ? (typeof path[1] === 'number' ? value[path[1]] : value.join(', ')) : value;
}

/** A `+` in a query is a space, which an offset written without escaping loses. */
function plusHint(found: string): string {
  return /\d{2} \d{2}:\d{2}$/.test(found) ? ' Write the + of an offset as %2B.' : '';
}
