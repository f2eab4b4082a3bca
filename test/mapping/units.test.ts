import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOLAR, SIMPLE_UNITS } from '../../src/mapping/unit-table.ts';
import { readQuantity, readUnit, toCanonical } from '../../src/mapping/units.ts';

/** Pieces of units, and characters nobody expects in one. */
const characters = fc.constantFrom(
  'm',
  'Å',
  'µ',
  '/',
  ' per ',
  ' ',
  '2',
  '-',
  '^',
  '.',
  '(',
  '%',
  '\0',
  '\ud800',
  's',
  'squared',
);

/** What one of a unit is in its canonical unit; null for a unit that is not known. */
function one(
  written: string,
  slot?: string,
): readonly [code: string, value: number | null, canonical: string | null] | null {
  const unit = readUnit(written, slot);
  return unit === null
    ? null
    : [unit.code, unit.canonical === null ? null : toCanonical(1, unit), unit.canonical];
}

describe('units', () => {
  it.each([
    // Spellings of one unit.
    ...['Angstroms', 'angstrom', 'Å', '\u212b', 'A', 'Ångström', 'Ao'].map(
      (text) => [text, ['Ao', 1, 'Ao']] as const,
    ),
    ...['degrees Celsius', '°C', 'deg C', 'Celsius', 'Cel'].map(
      (text) => [text, ['Cel', 274.15, 'K']] as const,
    ),
    ...['kiloelectronvolts', 'keV', 'kilo electron volts'].map((text) => [text, ['keV', 1, 'keV']] as const),
    ...['kDa', 'kilodaltons', 'ku', 'kg/mol'].map((text) => [text, ['ku', 1, 'ku']] as const),
    ...['milligrams per milliliter', 'mg/mL', 'mg/ml'].map((text) => [text, ['mg/mL', 1, 'mg/mL']] as const),
    ...['electrons per Angstrom squared', 'e-/Å²', 'e⁻/Å^2', 'e-/A^2'].map(
      (text) => [text, ['{electron}/Ao2', 1, '{electron}/Ao2']] as const,
    ),
    ...['micrometers', 'microns', 'µm', '\u03bcm', 'um'].map((text) => [text, ['um', 1e4, 'Ao']] as const),
    ...['inverse Angstroms', '1/Å', 'Å⁻¹', 'Å^-1', 'per Angstrom'].map(
      (text) => [text, ['/Ao', 1, '/Ao']] as const,
    ),
    ...['percent', '%', 'percentage'].map((text) => [text, ['%', 0.01, '1']] as const),
    ...['bytes', 'B', 'By'].map((text) => [text, ['By', 1, 'By']] as const),
    // Others by what they are.
    ['eV', ['eV', 0.001, 'keV']],
    ['nm', ['nm', 10, 'Ao']],
    ['millimeters', ['mm', 1e7, 'Ao']],
    ['daltons', ['u', 0.001, 'ku']],
    ['µg/µL', ['ug/uL', 1, 'mg/mL']],
    ['micromolar', ['umol/L', 0.001, 'umol/mL']],
    ['mmol/L', ['mmol/L', 1, 'umol/mL']],
    ['percent weight per volume', ['g/dL', 10, 'mg/mL']],
    ['electrons per nm squared', ['{electron}/nm2', 0.01, '{electron}/Ao2']],
    ['Angstroms per pixel', ['Ao/{pixel}', 1, 'Ao/{pixel}']],
    ['frames per second', ['{frame}/s', 1, '{frame}/s']],
    ['hours', ['h', 3600, 's']],
    ['mbar', ['mbar', 0.1, 'kPa']],
    ['GiB', ['GiBy', 2 ** 30, 'By']],
    ['gigabytes', ['GBy', 1e9, 'By']],
    ['pH units', ['[pH]', 1, '[pH]']],
    ['signal to noise ratio', ['1', 1, '1']],
    ['cm⁻¹', ['/cm', 1e-8, '/Ao']],
    // An arbitrary unit is known and compares with nothing.
    ['scattering intensity', ["[arb'U]", null, null]],
    ['arbitrary units/s', ["[arb'U]/s", null, null]],
  ] as const)('%s', (written, expected) => {
    expect(one(written)).toEqual(expected);
  });

  it('lets the slot decide which unit A and C are', () => {
    expect(one('A', 'glow_discharge_current')?.[0]).toBe('A');
    expect(one('C', 'growth_temperature_c')?.[0]).toBe('Cel');
    expect(one('C', 'wavelength')).toBeNull();
  });

  it.each([
    '',
    'foo',
    'units',
    'Airy units',
    '10^12 photons/s',
    'per',
    '/',
    'Å^0',
    'mg//mL',
    'Cel/s',
    'x'.repeat(200),
  ])('does not know %j', (written) => {
    expect(readUnit(written)).toBeNull();
  });

  it('reads every code it gives as that code', () => {
    const codes = fc
      .constantFrom(...[...SIMPLE_UNITS, MOLAR].map((unit) => unit.code))
      .filter((code) => code !== 'A');
    fc.assert(
      fc.property(codes, fc.constantFrom('', '/s', '/Ao2', '.m'), (code, more) => {
        const unit = readUnit(code + more);
        if (unit === null) return;
        expect(readUnit(unit.code)).toEqual(unit);
        if (unit.canonical === null) return;
        // The canonical unit is its own.
        expect(readUnit(unit.canonical)).toEqual({
          code: unit.canonical,
          canonical: unit.canonical,
          factor: 1,
          offset: 0,
        });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: characters }), fc.string(), (text, slot) => void readUnit(text, slot)),
    );
  });

  it('reads a quantity from text, and no range or bound for one', () => {
    expect(readQuantity('1.5 micrometers')).toEqual({ value: 1.5, unit: 'micrometers' });
    expect(readQuantity('-1.5e3keV')).toEqual({ value: -1500, unit: 'keV' });
    expect(readQuantity('5')).toEqual({ value: 5, unit: '' });
    for (const text of ['2-4 nm', '< 1 week', '10 ± 2 mM', 'about 3', '', '1e999 m']) {
      expect(readQuantity(text)).toBeNull();
    }
  });
});
