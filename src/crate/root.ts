import { versionOfConformsTo } from './contexts.ts';
import type { TermTable } from './contract.ts';
import { type FindingList, quoted } from './findings.ts';
import type { Member } from './members.ts';
import { idsIn, isSpellingOf, readTerm } from './read-term.ts';

/** The crate's own description of itself: the metadata descriptor and the entity it is about. */
export interface FoundRoot {
  readonly descriptor: Member | null;
  readonly root: Member | null;
}

const NAME = 'ro-crate-metadata.json';
/** The name of RO-Crate 1.0, which 1.1 and later still accept. */
const LEGACY_NAME = 'ro-crate-metadata.jsonld';
const RO_CRATE = /^https?:\/\/w3id\.org\/ro\/crate\//;

/**
 * Finds descriptor and root (rocrate.md §1.1): by the exact name, else the legacy name, else the only entity whose id
 * ends in `/ro-crate-metadata.json` and has `about` (LAMBDA writes the descriptor of a detached crate as a URI), else by
 * RO-Crate 1.1's rule on `conformsTo`. The last two are tolerances and say so. Nested crates' descriptors, which are
 * plain files here, have no `about`. `resolve` gives the IRI of a written `@id`.
 */
export function findRoot(
  members: readonly Member[],
  terms: TermTable,
  resolve: (written: string) => string,
  findings: FindingList,
): FoundRoot {
  const descriptor = findDescriptor(members, terms, findings);
  if (descriptor === null) {
    findings.add({
      layer: 'document',
      rule: 'no-descriptor',
      severity: 'error',
      pointer: '/@graph',
      message: `No entity describes the crate; one with "@id": "${NAME}" and "about" the root has to.`,
    });
    return { descriptor: null, root: null };
  }
  return { descriptor, root: findAbout(descriptor, members, terms, resolve, findings) };
}

function findDescriptor(members: readonly Member[], terms: TermTable, findings: FindingList): Member | null {
  const hasAbout = (member: Member) => readTerm(terms, member.node, 'about') !== undefined;

  for (const name of [NAME, LEGACY_NAME]) {
    const named = members.filter((member) => member.rawId === name);
    const [first, ...others] = [...named.filter(hasAbout), ...named.filter((member) => !hasAbout(member))];
    if (first === undefined) continue;
    if (others.length > 0) {
      const message = `${named.length} entities are called ${name}; the first with "about" is taken.`;
      warn(findings, 'duplicate-descriptor', first, message);
    }
    return first;
  }

  const bySuffix = (suffix: RegExp) =>
    only(members.filter((member) => suffix.test(member.rawId ?? '') && hasAbout(member)));
  const suffixed = bySuffix(/\/ro-crate-metadata\.json$/) ?? bySuffix(/ro-crate-metadata\.json(?:ld)?$/);
  if (suffixed !== null) {
    const message = `The descriptor is called ${quoted(suffixed.rawId ?? '')}; RO-Crate wants "${NAME}", also in a detached crate.`;
    warn(findings, 'descriptor-id', suffixed, message);
    return suffixed;
  }

  const conforming = members.find(
    (member) =>
      [...idsIn(readTerm(terms, member.node, 'conformsTo'), true)].some((id) => RO_CRATE.test(id)) &&
      hasAbout(member),
  );
  if (conforming === undefined) return null;
  const message = `The descriptor was found by its conformsTo, as in RO-Crate 1.1; call it "${NAME}".`;
  warn(findings, 'descriptor-id', conforming, message);
  return conforming;
}

function findAbout(
  descriptor: Member,
  members: readonly Member[],
  terms: TermTable,
  resolve: (written: string) => string,
  findings: FindingList,
): Member | null {
  const about = readTerm(terms, descriptor.node, 'about');
  const ids = [...idsIn(about, true)];
  const [id] = ids;
  const fail = (message: string): null => {
    findings.add({
      layer: 'document',
      rule: 'no-root',
      severity: 'error',
      pointer: about === undefined ? descriptor.pointer : `${descriptor.pointer}/about`,
      entity: descriptor.rawId,
      message,
    });
    return null;
  };
  if (id === undefined) return fail('The descriptor has no "about"; it has to name the root entity.');

  let found = members.filter((member) => member.rawId === id);
  if (found.length === 0) {
    const iri = resolve(id);
    found = members.filter((member) => member.rawId !== null && resolve(member.rawId) === iri);
    if (found.length === 0) return fail(`The descriptor is about ${quoted(id)}, which is not in the graph.`);
    const message = `The descriptor is about ${quoted(id)} and the root is called ${quoted(found[0]?.rawId ?? '')}; write both the same.`;
    warn(findings, 'root-reference', descriptor, message);
  }
  if (ids.length > 1) {
    const message = `The descriptor is about ${ids.length} entities; only the first is taken for the root.`;
    warn(findings, 'root-reference', descriptor, message);
  }

  const isDataset = (member: Member) => member.types.some((type) => isSpellingOf(terms, type, 'Dataset'));
  const root = found.find(isDataset) ?? found[0] ?? null;
  if (root !== null && !isDataset(root)) {
    warn(findings, 'root-type', root, 'The root has no type Dataset; RO-Crate wants it.');
  }
  return root;
}

/** The RO-Crate version in a descriptor's `conformsTo`; null when it names none. */
export function versionInConformsTo(descriptor: Member, terms: TermTable): string | null {
  for (const id of idsIn(readTerm(terms, descriptor.node, 'conformsTo'), true)) {
    const named = versionOfConformsTo(id);
    if (named !== null) return named.version;
  }
  return null;
}

function warn(findings: FindingList, rule: string, member: Member, message: string): void {
  const { pointer, rawId: entity } = member;
  findings.add({ layer: 'document', rule, severity: 'warning', pointer, entity, message });
}

function only(members: readonly Member[]): Member | null {
  return members.length === 1 ? (members[0] ?? null) : null;
}
