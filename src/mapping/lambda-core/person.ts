import type { CrateEntity } from '../../crate/contract.ts';
import type { PersonRow } from '../../model/rows.ts';
import { readOrcid, readRor } from './identifiers.ts';
import { candidates, crateKey, iriKey } from './identity.ts';
import type { EntityReader } from './reader.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';

/** The row of a `Person`: the same person everywhere by ORCID, else the crate's own. */
export function personRow(scope: MapScope, entity: CrateEntity): PersonRow {
  const reader = scope.reader(entity);
  const affiliation = affiliationOf(scope, reader);
  const columns = {
    full_name: reader.text('full_name') ?? reader.peek('name'),
    given_name: reader.text('givenName', 'given_name'),
    family_name: reader.text('familyName', 'family_name'),
    orcid: orcidOf(scope, reader),
    affiliation: affiliation.name,
    affiliation_ror: affiliation.ror,
    role: reader.text('role'),
  };
  const identity = candidates(
    [columns.orcid === null ? null : iriKey('global', 'person', columns.orcid)],
    crateKey('person', scope.iriOf(entity), scope.graph),
  );
  return { ...commonColumns(scope, entity, identity), ...columns };
}

function orcidOf(scope: MapScope, reader: EntityReader): string | null {
  const written = reader.peek('orcid');
  const fromId = reader.entity.rawId === null ? null : readOrcid(reader.entity.rawId);
  if (written === null) return fromId;
  const orcid = readOrcid(written);
  if (orcid === written) reader.text('orcid');
  if (orcid === null) {
    const message = 'orcid is no ORCID iD (its form or check digit is wrong); it is kept as written.';
    scope.warn('unreadable-identifier', reader.entity, reader.pointerOf('orcid'), message);
  }
  return orcid ?? fromId;
}

/** Text as written, or the name and ROR of the organization it refers to. */
function affiliationOf(
  scope: MapScope,
  reader: EntityReader,
): { readonly name: string | null; readonly ror: string | null } {
  const written = reader.peek('affiliation_ror');
  const ror = written === null ? null : readRor(written);
  if (ror !== null && ror === written) reader.text('affiliation_ror');
  const [organization] = reader.refs('affiliation');
  if (organization === undefined) return { name: reader.text('affiliation'), ror };
  const [entity] = scope.graph.byIri.get(organization.iri) ?? [];
  const name = entity === undefined ? null : scope.reader(entity).peek('name');
  return { name: name ?? reader.peek('affiliation'), ror: ror ?? readRor(organization.rawId) };
}
