import type { OrganizationRow, PersonRow } from '../../model/rows.ts';
import { readOrcid, readRor } from '../lambda-core/identifiers.ts';
import { iriKey, wordKey } from '../lambda-core/identity.ts';
import { isFacilityCode } from '../lambda-core/vocabulary.ts';
import type { RecordEntity } from './collections.ts';
import { identityOf } from './identity.ts';
import type { RecordScope } from './scope.ts';
import { facilityOf } from './vocabulary.ts';

/** The row of a Person: the same person everywhere by ORCID, else the crate's own. */
export function personRow(scope: RecordScope, entity: RecordEntity): PersonRow {
  const { slots } = entity;
  const columns = {
    full_name: slots.text('full_name') ?? slots.peek('title'),
    given_name: slots.text('given_name'),
    family_name: slots.text('family_name'),
    orcid: identifier(scope, entity, 'orcid', readOrcid),
    affiliation: slots.text('affiliation'),
    affiliation_ror: slots.text('affiliation_ror'),
    role: null,
  };
  const identity = identityOf('person', entity.name.iri, scope.context, [
    columns.orcid === null ? null : iriKey('global', 'person', columns.orcid),
  ]);
  return { ...scope.columns(entity, identity), ...columns };
}

/** The row of an Organization. `named` holds the RORs that are some other organization's, as `rorsNamed` finds them. */
export function organizationRow(
  scope: RecordScope,
  entity: RecordEntity,
  named: ReadonlySet<string>,
): OrganizationRow {
  const { slots, id } = entity;
  const columns = {
    ror: identifier(scope, entity, 'ror', readRor),
    acronym: slots.text('acronym'),
    organization_type: slots.text('organization_type'),
    organization_role: null,
    facility_code: facilityOf(scope, entity, 'facility_code'),
    country: slots.text('country'),
  };
  const own = id === null ? null : readRor(id);
  const { facility_code, ror } = columns;
  const facility = facility_code !== null && isFacilityCode(facility_code) ? facility_code : null;
  // A facility often carries the ROR of the laboratory around it, so its code comes before a ROR that is not its id.
  const borrowed = facility !== null || (ror !== null && named.has(ror));
  const identity = identityOf('organization', entity.name.iri, scope.context, [
    own === null ? null : iriKey('global', 'organization', own),
    own !== null || facility === null ? null : wordKey('global', 'organization', 'facility', facility),
    own !== null || ror === null || borrowed ? null : iriKey('global', 'organization', ror),
  ]);
  return { ...scope.columns(entity, identity), ...columns };
}

/** Every ROR that stands as an id, or that several organizations of the record carry: it is at most one of theirs. */
export function rorsNamed(organizations: readonly RecordEntity[]): ReadonlySet<string> {
  const named = new Set<string>();
  const carried = new Set<string>();
  for (const { id, slots } of organizations) {
    const own = id === null ? null : readRor(id);
    const ror = readRor(slots.peek('ror') ?? '');
    if (own !== null) named.add(own);
    if (ror !== null && carried.has(ror)) named.add(ror);
    if (ror !== null) carried.add(ror);
  }
  return named;
}

function identifier(
  { warnings }: RecordScope,
  { slots, id }: RecordEntity,
  slot: string,
  read: (text: string) => string | null,
): string | null {
  const fromId = id === null ? null : read(id);
  const written = slots.text(slot);
  if (written === null) return fromId;
  const value = read(written);
  if (value !== written) slots.release(slot);
  if (value === null) {
    const message = `${slot} cannot be read (its form or check digit is wrong); it is kept as written and joins nothing.`;
    warnings.add('unreadable-identifier', { pointer: slots.pointerOf(slot), id }, message);
  }
  return value ?? fromId;
}
