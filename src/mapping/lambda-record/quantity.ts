import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { MeasurementRow } from '../../model/record-rows.ts';
import { readQuantity, readUnit, toCanonical, type Unit } from '../units.ts';

/** Slots of a QuantityValue that hold its numbers. */
export const NUMBER_SLOTS = ['numeric_value', 'minimum_numeric_value', 'maximum_numeric_value'] as const;

const COLUMNS: ReadonlySet<string> = new Set([...NUMBER_SLOTS, 'unit', 'raw_value']);

/** A QuantityValue of lambda-ber-schema, read. */
export type Quantity = Pick<
  MeasurementRow,
  (typeof NUMBER_SLOTS)[number] | 'unit' | 'raw_value' | 'properties'
>;

/** The columns a quantity is compared by. */
export type Canonical = Pick<
  MeasurementRow,
  'canonical_value' | 'canonical_minimum' | 'canonical_maximum' | 'canonical_unit'
>;

/** Of a value that compares with none. */
export const NO_CANONICAL: Canonical = {
  canonical_value: null,
  canonical_minimum: null,
  canonical_maximum: null,
  canonical_unit: null,
};

/** Whether an object is meant as a quantity: it has a number or raw text under the names lambda-ber-schema gives them. */
export function isQuantity(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && [...NUMBER_SLOTS, 'raw_value'].some((slot) => Object.hasOwn(value, slot));
}

/** A quantity as written; null where it says neither a number nor raw text, or has something else in their place. */
export function quantityOf(written: JsonObject): Quantity | null {
  const number = (slot: (typeof NUMBER_SLOTS)[number]) => {
    const value = written[slot] ?? null;
    return value === null || typeof value === 'number' ? { value } : null;
  };
  const text = (slot: 'unit' | 'raw_value') => {
    const value = written[slot] ?? null;
    return value === null || typeof value === 'string' ? { value } : null;
  };
  const [numeric, minimum, maximum] = NUMBER_SLOTS.map(number);
  const unit = text('unit');
  const raw = text('raw_value');
  if (!numeric || !minimum || !maximum || unit === null || raw === null) return null;
  const says =
    [numeric, minimum, maximum].some(({ value }) => value !== null) || (raw.value ?? '').trim() !== '';
  if (!says) return null;
  return {
    numeric_value: numeric.value,
    minimum_numeric_value: minimum.value,
    maximum_numeric_value: maximum.value,
    unit: unit.value,
    raw_value: raw.value,
    properties: Object.fromEntries(Object.entries(written).filter(([slot]) => !COLUMNS.has(slot))),
  };
}

/** What a quantity is compared by: its numbers where it has any, else the number its raw text is (`1.5 micrometers`). */
export function comparedBy(quantity: Quantity): {
  readonly unit: string;
  readonly numbers: readonly (number | null)[];
} {
  const numbers = NUMBER_SLOTS.map((slot) => quantity[slot]);
  const raw = numbers.every((value) => value === null) ? readQuantity(quantity.raw_value ?? '') : null;
  return {
    unit: (quantity.unit ?? raw?.unit ?? '').trim(),
    numbers: raw === null ? numbers : [raw.value, null, null],
  };
}

/** Value, minimum and maximum in the unit they are compared in; nulls where that is not known. */
export function canonical(
  unit: Unit | null,
  [value, minimum, maximum]: readonly (number | null)[],
): Canonical {
  if (unit === null || unit.canonical === null) return NO_CANONICAL;
  const converted = (number: number | null | undefined) => {
    const found = number == null ? null : toCanonical(number, unit);
    return found === null || !Number.isFinite(found) ? null : found;
  };
  return {
    canonical_value: converted(value),
    canonical_minimum: converted(minimum),
    canonical_maximum: converted(maximum),
    canonical_unit: unit.canonical,
  };
}

/** The same for text that is a number and a unit: a setting such as `7 days`. Other text is compared as text alone. */
export function canonicalText(text: string, slot: string): Canonical {
  const read = readQuantity(text);
  return read === null || read.unit === ''
    ? NO_CANONICAL
    : canonical(readUnit(read.unit, slot), [read.value]);
}
