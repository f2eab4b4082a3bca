import type { RowIris } from './associations.ts';
import type { LinkList } from './link-list.ts';
import type { MapScope } from './scope.ts';

/** Root terms that name people or organizations, and the role they give. */
const ROLES = [
  ['author', 'author'],
  ['creator', 'creator'],
  ['contributor', 'contributor'],
  ['publisher', 'publisher'],
  ['funder', 'funder'],
  ['sourceOrganization', 'source_organization'],
] as const;

/** Who made and published the crate. Authors stand in the order their own `author_position` gives, else the list's. */
export function crateAssociations(scope: MapScope, links: LinkList, iris: RowIris): void {
  const { root, graph } = scope;
  if (root === null) return;
  for (const [term, role] of ROLES) {
    let order = 0;
    for (const reference of root.refs(term)) {
      order += 1;
      if (iris.persons.has(reference.iri)) {
        const position =
          term === 'publisher' ? {} : { position: authorPosition(scope, reference.iri) ?? order };
        links.addReference('crate_person', graph.crateIri, root.entity, reference, { role, ...position });
      } else if (iris.organizations.has(reference.iri)) {
        links.addReference('crate_organization', graph.crateIri, root.entity, reference, { role });
      } else if (!graph.byIri.has(reference.iri)) {
        scope.dangling(root.entity, reference, term);
      }
    }
  }
  for (const reference of root.refs('hasPart')) {
    if (iris.files.has(reference.iri)) root.holdItem(reference.key, reference.position);
    else if (!graph.byIri.has(reference.iri)) scope.dangling(root.entity, reference, 'hasPart');
  }
}

/** Positions are small integers in the registry; a larger one is no place in a list of authors. */
const MAX_POSITION = 32_767;

function authorPosition(scope: MapScope, iri: string): number | null {
  for (const entity of scope.graph.byIri.get(iri) ?? []) {
    const position = scope.reader(entity).integer('author_position', MAX_POSITION);
    if (position !== null && position >= 1) return position;
  }
  return null;
}
