/** One unit that other units are made of. */
export interface SimpleUnit {
  /** UCUM code, case-sensitive. Counted things are UCUM annotations: `{frame}`. */
  readonly code: string;
  /** The code quantities of this sort are compared in; what is counted is compared only with its own. */
  readonly canonical: string | null;
  /** How many of `canonical` one is. */
  readonly factor: number;
  /** Added after the factor: degrees Celsius to kelvin. */
  readonly offset?: number;
  /** Takes SI prefixes (`binary`: also those of IEC 80000-13). */
  readonly prefixed?: 'si' | 'binary';
  /** Full names in lower case and the singular. */
  readonly words: readonly string[];
  /** Symbols, case-sensitive. The code is one of itself. */
  readonly symbols: readonly string[];
}

function unit(
  code: string,
  [canonical, factor]: readonly [string | null, number],
  words: readonly string[],
  symbols: readonly string[] = [],
  more: Pick<SimpleUnit, 'offset' | 'prefixed'> = {},
): SimpleUnit {
  return { code, canonical, factor, words, symbols, ...more };
}

const si = { prefixed: 'si' } as const;

/** Something counted: `{frame}`, compared with nothing else. */
function counted(thing: string, words: readonly string[] = [thing], symbols: readonly string[] = []) {
  return unit(`{${thing}}`, [`{${thing}}`, 1], words, symbols);
}

/**
 * Units of the field (codes and factors of UCUM 2.2). Canonical is what the field reads: Å for any length, keV, K, kDa,
 * mg/mL. `A` alone is left out here: it is Å in this field and ampere in UCUM, so the slot decides.
 */
export const SIMPLE_UNITS: readonly SimpleUnit[] = [
  unit('Ao', ['Ao', 1], ['angstrom', 'ångström', 'ångstrom', 'angström'], ['Å', 'Ang', 'ang']),
  unit('m', ['Ao', 1e10], ['meter', 'metre'], [], si),
  unit('um', ['Ao', 1e4], ['micron']),
  unit('L', ['mL', 1e3], ['liter', 'litre'], ['l'], si),
  unit('g', ['mg', 1e3], ['gram', 'gramme'], [], si),
  unit('u', ['ku', 1e-3], ['dalton', 'atomic mass unit'], ['Da', 'amu'], si),
  unit('mol', ['umol', 1e6], ['mole'], [], si),
  unit('s', ['s', 1], ['second', 'sec'], [], si),
  unit('min', ['s', 60], ['minute']),
  unit('h', ['s', 3600], ['hour'], ['hr']),
  unit('d', ['s', 86_400], ['day']),
  unit('wk', ['s', 604_800], ['week']),
  unit('K', ['K', 1], ['kelvin', 'degree kelvin'], [], si),
  unit(
    'Cel',
    ['K', 1],
    ['degree celsius', 'celsius', 'degree c', 'degree centigrade'],
    ['°C', 'degC', 'deg C'],
    {
      offset: 273.15,
    },
  ),
  unit('eV', ['keV', 1e-3], ['electronvolt', 'electron-volt', 'electron volt'], ['ev'], si),
  unit('Pa', ['kPa', 1e-3], ['pascal'], [], si),
  unit('bar', ['kPa', 100], ['bar'], [], si),
  unit('atm', ['kPa', 101.325], ['atmosphere']),
  unit('mm[Hg]', ['kPa', 0.133_322], ['torr'], ['Torr', 'mmHg']),
  unit('um[Hg]', ['kPa', 0.000_133_322], ['millitorr'], ['mTorr']),
  unit('[psi]', ['kPa', 6.894_757_293_168_36], ['pound per square inch'], ['psi']),
  unit('deg', ['deg', 1], ['degree', 'angular degree'], ['°']),
  unit('rad', ['deg', 180 / Math.PI], ['radian'], [], si),
  unit('V', ['kV', 1e-3], ['volt'], [], si),
  unit('A', ['mA', 1e3], ['ampere', 'amp'], [], si),
  unit('W', ['mW', 1e3], ['watt'], [], si),
  unit('Hz', ['Hz', 1], ['hertz'], [], si),
  unit('Gy', ['MGy', 1e-6], ['gray'], [], si),
  unit('By', ['By', 1], ['byte'], ['B'], { prefixed: 'binary' }),
  unit('%', ['1', 0.01], ['percent', 'per cent', 'percentage']),
  unit('[ppm]', ['1', 1e-6], ['part per million', 'parts per million'], ['ppm']),
  unit(
    '1',
    ['1', 1],
    ['dimensionless', 'unitless', 'ratio', 'fraction', 'factor', 'fold', 'time'],
    ['x', 'X'],
  ),
  unit('[pH]', ['[pH]', 1], ['ph', 'ph unit']),
  // Arbitrary: by its definition in UCUM it converts to nothing, not even to itself.
  unit("[arb'U]", [null, 1], ['arbitrary', 'arbitrary unit', 'scattering intensity'], ['a.u.', 'arb']),
  unit('g/dL', ['mg/mL', 10], ['percent weight per volume'], ['% w/v', '%(w/v)', '% (w/v)', '%w/v']),
  unit('%{v/v}', ['1', 0.01], ['percent volume per volume'], ['% v/v', '%(v/v)', '% (v/v)', '%v/v']),
  counted('electron', ['electron'], ['e-', 'e']),
  counted('photon', ['photon'], ['ph']),
  counted('count', ['count']),
  counted('frame'),
  counted('image'),
  counted('micrograph'),
  counted('movie'),
  counted('pixel', ['pixel'], ['px', 'pix']),
  counted('voxel'),
  counted('particle'),
  counted('residue', ['residue', 'amino acid'], ['aa']),
  counted('nucleotide', ['nucleotide'], ['nt']),
  counted('base_pair', ['base pair'], ['bp']),
  counted('atom'),
  counted('molecule'),
  counted('reflection'),
  counted('observation'),
  counted('crystal'),
  counted('grid'),
  counted('hole'),
  counted('shot'),
  counted('sample'),
  counted('scan'),
  counted('level'),
  counted('iteration'),
  counted('class', ['class', 'classe']),
];

/**
 * A concentration by amount is written by one word (`micromolar`), which UCUM does not know: `mol/L`, with the prefix before
 * it. Compared in `umol/mL`, which is a millimolar.
 */
export const MOLAR: SimpleUnit = unit('mol/L', ['umol/mL', 1e3], ['molar'], ['M'], si);

/** Names that say a number has no unit, or the unit of another name, whole and in lower case. */
export const WHOLE_NAMES: ReadonlyMap<string, string> = new Map([
  ['signal to noise ratio', '1'],
  ['signal-to-noise ratio', '1'],
  ['correlation coefficient', '1'],
  ['r-factor', '1'],
  ['r factor', '1'],
  ['g/mol', 'u'],
  ['kg/mol', 'ku'],
  ['gram/mole', 'u'],
  ['grams/mole', 'u'],
  ['frames per second', '{frame}/s'],
  ['fps', '{frame}/s'],
  ['rpm', '/min'],
]);

interface Prefix {
  readonly factor: number;
  /** As it stands in a UCUM code. */
  readonly code: string;
}

/** SI prefixes by symbol. Micro is also written µ; NFKC makes that μ. */
export const SYMBOL_PREFIXES: ReadonlyMap<string, Prefix> = new Map([
  ['T', { factor: 1e12, code: 'T' }],
  ['G', { factor: 1e9, code: 'G' }],
  ['M', { factor: 1e6, code: 'M' }],
  ['k', { factor: 1e3, code: 'k' }],
  ['h', { factor: 1e2, code: 'h' }],
  ['d', { factor: 1e-1, code: 'd' }],
  ['c', { factor: 1e-2, code: 'c' }],
  ['m', { factor: 1e-3, code: 'm' }],
  ['u', { factor: 1e-6, code: 'u' }],
  ['μ', { factor: 1e-6, code: 'u' }],
  ['n', { factor: 1e-9, code: 'n' }],
  ['p', { factor: 1e-12, code: 'p' }],
  ['f', { factor: 1e-15, code: 'f' }],
]);

/** Binary prefixes by symbol, and the `K` with which many programs mean kilo before a byte. */
export const BINARY_PREFIXES: ReadonlyMap<string, Prefix> = new Map([
  ['Ki', { factor: 2 ** 10, code: 'Ki' }],
  ['Mi', { factor: 2 ** 20, code: 'Mi' }],
  ['Gi', { factor: 2 ** 30, code: 'Gi' }],
  ['Ti', { factor: 2 ** 40, code: 'Ti' }],
  ['K', { factor: 1e3, code: 'k' }],
]);

/** Prefixes by name, and the symbol of each. */
export const WORD_PREFIXES: ReadonlyMap<string, string> = new Map([
  ['tera', 'T'],
  ['giga', 'G'],
  ['mega', 'M'],
  ['kilo', 'k'],
  ['hecto', 'h'],
  ['deci', 'd'],
  ['centi', 'c'],
  ['milli', 'm'],
  ['micro', 'u'],
  ['nano', 'n'],
  ['pico', 'p'],
  ['femto', 'f'],
  ['kibi', 'Ki'],
  ['mebi', 'Mi'],
  ['gibi', 'Gi'],
  ['tebi', 'Ti'],
]);
