import {
  BINARY_PREFIXES,
  MOLAR,
  SIMPLE_UNITS,
  type SimpleUnit,
  SYMBOL_PREFIXES,
  WHOLE_NAMES,
  WORD_PREFIXES,
} from './unit-table.ts';

/** A unit as it is compared: `value * factor + offset` is in `canonical`. */
export interface Unit {
  /** UCUM code of the unit written. */
  readonly code: string;
  /** UCUM code of the unit that quantities of its sort are compared in; null for an arbitrary unit, which compares with none. */
  readonly canonical: string | null;
  readonly factor: number;
  readonly offset: number;
}

/** No unit is written longer; what is longer is a sentence. */
const MAX_LENGTH = 80;

/** More factors than any unit of the field has. */
const MAX_FACTORS = 6;

/**
 * The unit a text means: a name (`Angstroms`, `degrees Celsius`, `electrons per Angstrom squared`), a symbol (`Å`, `mg/mL`,
 * `e-/Å²`) or a UCUM code. Null where it is not known. `slot` is the name of the slot the quantity stands in, which tells
 * what `A` and `C` are: ampere and Å, coulomb and degrees Celsius share a letter, and nobody here measures charge.
 */
export function readUnit(written: string, slot = ''): Unit | null {
  if (written.length > MAX_LENGTH) return null;
  const text = spelledAlike(written);
  const name = WHOLE_NAMES.get(text.toLowerCase()) ?? text;
  const alone = simpleUnit(name, slot);
  if (alone === null) return compoundUnit(withOperators(name), slot);
  const { code, canonical, factor, offset = 0 } = alone;
  return { code, canonical, factor, offset };
}

/** A number in a unit's canonical unit, without the noise of binary fractions: -180 °C is 93.15 K. */
export function toCanonical(value: number, unit: Unit): number {
  return Number((value * unit.factor + unit.offset).toPrecision(12));
}

/**
 * A quantity written as text, `{number} {unit}` (`1.5 micrometers`), which is how lambda-ber-schema suggests to write a raw
 * value. Null for a range, a bound or anything else.
 */
export function readQuantity(text: string): { readonly value: number; readonly unit: string } | null {
  if (text.length > 2 * MAX_LENGTH) return null;
  const [, number, unit = ''] =
    /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s±+–−-].*)?$/.exec(text) ?? [];
  const value = Number(number);
  return number === undefined || !Number.isFinite(value) ? null : { value, unit: unit.trim() };
}

/** One spelling for characters that look alike. */
function spelledAlike(written: string): string {
  return written
    .normalize('NFKC')
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[−‐‑–]/g, '-')
    .replace(/\*\*/g, '^')
    .replace(/[·⋅×]/g, '.');
}

/** `per`, `squared` and `inverse` as operators. */
function withOperators(text: string): string {
  return text
    .replace(/^(?:inverse|reciprocal) /i, '1/')
    .replace(/ ?\bper /gi, '/')
    .replace(/\b(square|cubic) (\p{L}+)/giu, (_, power: string, name: string) => name + exponentOf(power))
    .replace(/(\p{L}+) (squared|cubed)\b/giu, (_, name: string, power: string) => name + exponentOf(power));
}

function exponentOf(power: string): string {
  return /^cub/i.test(power) ? '^3' : '^2';
}

const bySymbol = new Map<string, SimpleUnit>();
const byWord = new Map<string, SimpleUnit>();
for (const each of [...SIMPLE_UNITS, MOLAR]) {
  for (const symbol of [each.code, ...each.symbols]) if (symbol !== 'A') bySymbol.set(symbol, each);
  for (const word of each.words) byWord.set(word, each);
}
const ampere = byWord.get('ampere');
const angstrom = byWord.get('angstrom');
const celsius = byWord.get('celsius');

function simpleUnit(name: string, slot: string): SimpleUnit | null {
  if (name === 'A') return (/current/i.test(slot) ? ampere : angstrom) ?? null;
  if (name === 'C') return (/temp/i.test(slot) ? celsius : undefined) ?? null;
  return bySymbol.get(name) ?? prefixedSymbol(name) ?? namedUnit(name);
}

function prefixedSymbol(name: string): SimpleUnit | null {
  for (const length of [2, 1]) {
    const base = name.slice(length) === 'A' ? ampere : bySymbol.get(name.slice(length));
    const symbol = name.slice(0, length);
    const found = base === undefined ? null : withPrefix(symbol, base);
    if (found !== null) return found;
  }
  return null;
}

/** By word, in the singular or the plural, with a prefix or without. */
function namedUnit(name: string): SimpleUnit | null {
  const word = name.toLowerCase().replace(/^(?:degs?\.?|degrees) /, 'degree ');
  for (const candidate of [word, word.replace(/s$/, '')]) {
    const known = byWord.get(candidate);
    if (known !== undefined) return known;
    for (const [prefix, symbol] of WORD_PREFIXES) {
      const base = candidate.startsWith(prefix)
        ? byWord.get(candidate.slice(prefix.length).trimStart().replace(/^-/, ''))
        : undefined;
      if (base !== undefined) return withPrefix(symbol, base);
    }
  }
  return null;
}

function withPrefix(symbol: string, base: SimpleUnit): SimpleUnit | null {
  if (base.prefixed === undefined) return null;
  const prefix =
    SYMBOL_PREFIXES.get(symbol) ?? (base.prefixed === 'binary' ? BINARY_PREFIXES.get(symbol) : undefined);
  if (prefix === undefined) return null;
  return { ...base, code: prefix.code + base.code, factor: round(base.factor * prefix.factor) };
}

interface Factor {
  readonly unit: SimpleUnit;
  readonly exponent: number;
}

/** Factors over factors: `{electron}/Ao2`, `1/nm`, `Å^-1`, `photons/s/mm²`. */
function compoundUnit(text: string, slot: string): Unit | null {
  const factors: Factor[] = [];
  for (const [index, part] of text.split('/').entries()) {
    const bare = part.trim().replace(/^\((.*)\)$/, '$1');
    if (index === 0 && (bare === '' || bare === '1')) continue;
    const sign = index === 0 ? 1 : -1;
    // A name may have several words: `base pairs/s`.
    const whole = readFactor(bare, sign, slot);
    for (const one of whole === null ? bare.split(/[. ]+/) : [bare]) {
      const factor = whole ?? readFactor(one, sign, slot);
      if (factor === null || factors.length === MAX_FACTORS) return null;
      factors.push(factor);
    }
  }
  if (factors.length === 0) return null;
  const code = joined(factors, (unit) => unit.code);
  const canonical = joined(factors, (unit) => unit.canonical);
  const factor = factors.reduce((product, { unit, exponent }) => product * unit.factor ** exponent, 1);
  return code === null ? null : { code, canonical, factor: round(factor), offset: 0 };
}

/** A unit with its exponent. One with an offset has no meaning inside a compound, nor has one already made of two. */
function readFactor(text: string, sign: 1 | -1, slot: string): Factor | null {
  const [, name = text, digits = '1'] = /^(.*?[^\d^+-])\^?([+-]?\d)$/.exec(text) ?? [];
  const unit = simpleUnit(name, slot);
  const exponent = sign * Number(digits);
  if (unit === null || unit.offset !== undefined || exponent === 0) return null;
  if (unit.code.includes('/') && exponent !== 1) return null;
  return { unit, exponent };
}

/** A UCUM term: numerators joined by dots, then a slash before each denominator; what has no dimension is left out. */
function joined(factors: readonly Factor[], codeOf: (unit: SimpleUnit) => string | null): string | null {
  const powers = new Map<string, number>();
  for (const { unit, exponent } of factors) {
    const code = codeOf(unit);
    if (code === null) return null;
    if (code !== '1') powers.set(code, (powers.get(code) ?? 0) + exponent);
  }
  const power = (n: number) => (n === 1 ? '' : String(n));
  const above = [...powers].filter(([, n]) => n > 0).map(([code, n]) => code + power(n));
  const below = [...powers].filter(([, n]) => n < 0).map(([code, n]) => `/${code}${power(-n)}`);
  return above.join('.') + below.join('') || '1';
}

function round(factor: number): number {
  return Number(factor.toPrecision(15));
}
