import { publishedTerms, RO_CRATE_VERSIONS } from './contexts.ts';

const SCHEMA = 'http://schema.org/';
const LAMBDA = 'http://w3id.org/lambda/';
const LAMBDA_CRATE = 'http://w3id.org/lambda/rocrate/';
const DCTERMS = 'http://purl.org/dc/terms/';
const PROV = 'http://www.w3.org/ns/prov#';

/** Prefixes with one meaning in this field, for documents that use them without binding them. */
export const WELL_KNOWN_PREFIXES: ReadonlyMap<string, string> = new Map([
  ['lambda', LAMBDA],
  ['lambdarc', LAMBDA_CRATE],
  ['sdo', SCHEMA],
  ['schema', SCHEMA],
  ['dct', DCTERMS],
  ['dcterms', DCTERMS],
  ['prov', PROV],
]);

/** Prefixes LAMBDA Core accepts before any of its terms (profile §4.2), whatever namespace the term is really in. */
const TERM_PREFIXES = ['lambda', 'lambdarc', 'lambdax', 'sdo', 'schema'];

/** Terms whose IRI in LAMBDA Core has another local name than the term (profile §8, namespaces). */
const OTHER_NAMES = new Map([
  ['role', [`${SCHEMA}roleName`]],
  ['organizationRole', [`${SCHEMA}roleName`]],
]);

/** The spellings of one term: IRIs in the form `comparableIri` gives, and keys that count as written. */
export interface Spellings {
  readonly iris: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
}

/**
 * Every way a document may spell a term or type: the IRIs it has in any RO-Crate version, in schema.org and in LAMBDA's
 * namespaces, and the prefixed keys LAMBDA accepts. For a prefixed name or an IRI, only what it says.
 */
export function spellingsOf(term: string): Spellings {
  const cached = spellings.get(term);
  if (cached !== undefined) return cached;
  const made = term.includes(':') ? exactSpellings(term) : bareSpellings(term);
  // Terms asked for are constants of the mapper; the bound only guards against a caller that passes input.
  if (spellings.size < 10_000) spellings.set(term, made);
  return made;
}

const spellings = new Map<string, Spellings>();

/** An IRI for comparing vocabulary terms: http and https name the same term (rocrate.md §1.6). */
export function comparableIri(iri: string): string {
  return iri.startsWith('https://') ? `http://${iri.slice('https://'.length)}` : iri;
}

function exactSpellings(term: string): Spellings {
  const colon = term.indexOf(':');
  const namespace = term.startsWith('//', colon + 1)
    ? undefined
    : WELL_KNOWN_PREFIXES.get(term.slice(0, colon));
  const iri = namespace === undefined ? term : namespace + term.slice(colon + 1);
  return { iris: new Set([comparableIri(iri)]), keys: new Set([term]) };
}

function bareSpellings(term: string): Spellings {
  const iris = [SCHEMA + term, LAMBDA + term, LAMBDA_CRATE + term, ...(OTHER_NAMES.get(term) ?? [])];
  for (const version of RO_CRATE_VERSIONS) {
    const iri = publishedTerms(version).get(term);
    if (typeof iri === 'string') iris.push(iri);
  }
  return {
    iris: new Set(iris.map(comparableIri)),
    keys: new Set([term, ...TERM_PREFIXES.map((prefix) => `${prefix}:${term}`)]),
  };
}
