import bundled from '../../schemas/contexts/terms.json' with { type: 'json' };

/** schemas/contexts/README.md says what the fields mean. */
interface TermFacts {
  readonly versions: readonly string[];
  readonly nulls: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly {
    readonly versions: readonly string[];
    readonly namespace: string;
    readonly terms: string;
    readonly renamed: Readonly<Record<string, string | undefined>>;
  }[];
}

const data: TermFacts = bundled;

/** Term → IRI as one RO-Crate version publishes it. */
export type PublishedTerms = ReadonlyMap<string, string | null>;

/** The RO-Crate versions whose terms are bundled, oldest first. */
export const RO_CRATE_VERSIONS: readonly string[] = data.versions;

/** Which bundled version a context URL or a `conformsTo` IRI means. */
export interface NamedVersion {
  /** A member of `RO_CRATE_VERSIONS`. */
  readonly version: string;
  /** False when the written version is newer than all we know and the newest stands in for it. */
  readonly known: boolean;
}

const PLACES =
  '(?:w3id\\.org/ro/crate|(?:www\\.)?researchobject\\.(?:github\\.io|org)/ro-crate(?:/specification)?' +
  '|raw\\.githubusercontent\\.com/researchobject/ro-crate/[^?#]*)';
const CONTEXT_URL = new RegExp(
  `^https?://${PLACES}/(\\d+\\.\\d+)(?:\\.\\d+)?(-draft)?/context(?:\\.jsonld)?/?#?$`,
  'i',
);
const CONFORMS_TO = new RegExp(`^https?://${PLACES}/(\\d+\\.\\d+)(?:\\.\\d+)?(-draft)?(?:[/#]|$)`, 'i');

/** The version a JSON-LD context URL stands for, in any of its published spellings; null for any other context. */
export function versionOfContextUrl(url: string): NamedVersion | null {
  return namedVersion(CONTEXT_URL.exec(url.trim()));
}

/** The version a `conformsTo` IRI names; null for other profiles and for the version-less `…/ro/crate`. */
export function versionOfConformsTo(iri: string): NamedVersion | null {
  return namedVersion(CONFORMS_TO.exec(iri.trim()));
}

/** All terms of a bundled version; empty for a version that is not in `RO_CRATE_VERSIONS`. */
export function publishedTerms(version: string): PublishedTerms {
  const cached = tables.get(version);
  if (cached !== undefined) return cached;
  const table = buildTable(version);
  if (RO_CRATE_VERSIONS.includes(version)) tables.set(version, table);
  return table;
}

/** The published context of a bundled version, rebuilt: what a JSON-LD processor is given instead of the network. */
export function publishedContext(version: string): { '@context': Record<string, string | null> } {
  return { '@context': Object.fromEntries(publishedTerms(version)) };
}

const tables = new Map<string, PublishedTerms>();

function buildTable(version: string): PublishedTerms {
  const table = new Map<string, string | null>();
  for (const [keyword, versions] of Object.entries(data.nulls)) {
    if (versions.includes(version)) table.set(keyword, null);
  }
  for (const group of data.groups) {
    if (!group.versions.includes(version)) continue;
    for (const term of group.terms.split(' ')) {
      if (term !== '') table.set(term, group.namespace + term);
    }
    for (const [term, local] of Object.entries(group.renamed)) {
      if (local !== undefined) table.set(term, group.namespace + local);
    }
  }
  return table;
}

function namedVersion(match: RegExpExecArray | null): NamedVersion | null {
  const written = match?.[1];
  if (written === undefined) return null;
  const newest = RO_CRATE_VERSIONS.at(-1) ?? written;
  if (RO_CRATE_VERSIONS.includes(written)) return { version: written, known: true };
  if (!isNewer(written, newest)) return null;
  // The draft after the newest release has the newest release's map (schemas/contexts/README.md).
  return { version: newest, known: written === '1.4' && match?.[2] !== undefined };
}

function isNewer(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number);
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}
