/*
 * Words of the LAMBDA Data Organization Contract and its Facility Search API (0.1), which differ from the values of
 * lambda-ber-schema's enums. One table for both directions: mapping reads crates that use the contract's words, the search
 * service answers in them.
 */

export const CONTRACT_TECHNIQUES = [
  'cryo-ET',
  'cryo-EM',
  'RX',
  'SX',
  'SFX',
  'SAXS',
  'WAXS',
  'SANS',
  'WANS',
  'XRD',
  'EMD',
  'SEDX',
  'other',
] as const;

export type ContractTechnique = (typeof CONTRACT_TECHNIQUES)[number];

export const CONTRACT_FACILITIES = ['ALS', 'NSLSII', 'APS', 'SNS', 'EMSL', 'SLAC', 'LCLS', 'other'] as const;

export type ContractFacility = (typeof CONTRACT_FACILITIES)[number];

/**
 * The TechniqueEnum value of each word; null where there is none. SX and SFX say how crystals are delivered, not that time
 * is resolved, so both are crystallography. Of several words of one value the first is the one for a run whose crate wrote
 * none of them.
 */
const TECHNIQUE_VALUES: readonly (readonly [Exclude<ContractTechnique, 'other'>, string | null])[] = [
  ['cryo-ET', 'cryo_et'],
  ['cryo-EM', 'cryo_em'],
  ['RX', 'xray_crystallography'],
  ['SX', 'xray_crystallography'],
  ['SFX', 'xray_crystallography'],
  ['SAXS', 'saxs'],
  ['WAXS', 'waxs'],
  ['SANS', 'sans'],
  ['WANS', null],
  ['XRD', 'powder_diffraction'],
  ['EMD', 'microed'],
  ['SEDX', 'microed'],
];

/** Words, folded, with the TechniqueEnum value each means. */
export const TECHNIQUE_WORDS: ReadonlyMap<string, string | null> = new Map(
  TECHNIQUE_VALUES.map(([word, value]) => [folded(word), value]),
);

/** Other ways to write a word whose technique has a more general one: PaNET's name, and in full. */
const SPELLED_OUT: readonly (readonly [string, ContractTechnique])[] = [
  ['serial crystallography', 'SX'],
  ['serial femtosecond crystallography', 'SFX'],
  ['diffraction/serial-femtosecond-crystallography', 'SFX'],
];

const WORD_BY_FOLDED: ReadonlyMap<string, ContractTechnique> = new Map([
  ...TECHNIQUE_VALUES.map(([word]) => [folded(word), word] as const),
  ...SPELLED_OUT,
]);

/** The word for each value that has one: the first in the table. */
const WORD_BY_VALUE: ReadonlyMap<string, ContractTechnique> = new Map(
  TECHNIQUE_VALUES.toReversed().flatMap(([word, value]) => (value === null ? [] : [[value, word] as const])),
);

/** How words are compared: a crate may write `sfx`. The registry does the same in SQL. */
function folded(word: string): string {
  return word.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').toLowerCase();
}

/**
 * The contract's word for a run: the one its crate wrote, else the one for the technique it is registered under, else
 * `other`. Null where nobody said a technique.
 */
export function contractTechnique(
  technique: string | null,
  written: string | null,
): ContractTechnique | null {
  if (technique === null) return null;
  return WORD_BY_FOLDED.get(folded(written ?? technique)) ?? WORD_BY_VALUE.get(technique) ?? 'other';
}

/** What a technique of the contract is, as rows say it, for who must look for it: the inverse of `contractTechnique`. */
export interface TechniqueQuestion {
  /** What its crate wrote, folded, is one of these. */
  readonly written: readonly string[];
  /** Or it wrote none of `TECHNIQUES_WRITTEN`, and the run is registered under this; `other`: under none that has a word. */
  readonly value: string | 'other' | null;
}

/** Every way to write a word of the contract, folded: without white space around it, in lower case. */
export const TECHNIQUES_WRITTEN: readonly string[] = [...WORD_BY_FOLDED.keys()];

/** TechniqueEnum values the contract has a word for. */
export const VALUES_WITH_WORD: readonly string[] = [...WORD_BY_VALUE.keys()];

export function techniqueQuestion(asked: ContractTechnique): TechniqueQuestion {
  const value = [...WORD_BY_VALUE].find(([, word]) => word === asked)?.[0] ?? null;
  return {
    written: TECHNIQUES_WRITTEN.filter((written) => WORD_BY_FOLDED.get(written) === asked),
    value: asked === 'other' ? 'other' : value,
  };
}

/** Facility codes, without punctuation and in upper case, and the contract's word for each. FacilityEnum has NSLS_II and SSRL. */
const FACILITY_WORDS: ReadonlyMap<string, ContractFacility> = new Map([
  ['ALS', 'ALS'],
  ['NSLSII', 'NSLSII'],
  ['NSLS2', 'NSLSII'],
  ['APS', 'APS'],
  ['SNS', 'SNS'],
  ['EMSL', 'EMSL'],
  ['SSRL', 'SLAC'],
  ['SLAC', 'SLAC'],
  ['LCLS', 'LCLS'],
]);

/** The contract's word for a facility by its code in the configuration; `other` where it has none. */
export function contractFacility(code: string): ContractFacility {
  return FACILITY_WORDS.get(code.replace(/[^A-Za-z0-9]/g, '').toUpperCase()) ?? 'other';
}
