import type { CrateEntity } from '../../crate/contract.ts';
import type { IdentityKey, OrganizationRow } from '../../model/rows.ts';
import { readRor } from './identifiers.ts';
import { type Candidates, candidates, crateKey, iriKey, wordKey } from './identity.ts';
import type { EntityReader } from './reader.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';
import { isFacilityCode } from './vocabulary.ts';

/** The row of an `Organization`. `named` holds every ROR that is some entity's own `@id` in this graph. */
export function organizationRow(
  scope: MapScope,
  entity: CrateEntity,
  named: ReadonlySet<string>,
): OrganizationRow {
  const reader = scope.reader(entity);
  const columns = {
    ror: rorOf(scope, reader),
    acronym: reader.text('acronym'),
    organization_type: reader.text('organization_type'),
    organization_role: reader.text('organizationRole', 'organization_role'),
    facility_code: reader.text('facility_code'),
    country: reader.text('country'),
  };
  const identity = organizationIdentity(scope, entity, columns, named);
  return { ...commonColumns(scope, entity, identity), ...columns };
}

/** Every ROR that stands as an `@id` in the graph. */
export function rorsNamed(scope: MapScope): ReadonlySet<string> {
  const found = new Set<string>();
  for (const entity of scope.graph.entities) {
    const ror = entity.rawId?.includes('ror.org') ? readRor(entity.rawId) : null;
    if (ror !== null) found.add(ror);
  }
  return found;
}

/**
 * An organization is its ROR where that is its own: its `@id`, or a ROR nothing else here is. A facility often carries
 * the ROR of the laboratory around it (ALS that of Berkeley Lab; SNS and HFIR share one), so a FacilityEnum code comes
 * before a ROR that is not the `@id`, and a parent's or another entity's ROR joins nothing.
 */
function organizationIdentity(
  scope: MapScope,
  entity: CrateEntity,
  of: Pick<OrganizationRow, 'ror' | 'facility_code'>,
  named: ReadonlySet<string>,
): Candidates {
  const ownRor = entity.rawId === null ? null : readRor(entity.rawId);
  const keys: (IdentityKey | null)[] = [ownRor === null ? null : iriKey('global', 'organization', ownRor)];
  const isFacility = of.facility_code !== null && isFacilityCode(of.facility_code);
  if (ownRor === null && of.facility_code !== null && isFacility) {
    keys.push(wordKey('global', 'organization', 'facility', of.facility_code));
  }
  const parents = scope.reader(entity).refs('parentOrganization');
  const borrowed =
    of.ror === null || named.has(of.ror) || parents.some((parent) => readRor(parent.rawId) === of.ror);
  if (ownRor === null && !isFacility && !borrowed && of.ror !== null) {
    keys.push(iriKey('global', 'organization', of.ror));
  }
  return candidates(keys, crateKey('organization', scope.iriOf(entity), scope.graph));
}

function rorOf(scope: MapScope, reader: EntityReader): string | null {
  const fromId = reader.entity.rawId === null ? null : readRor(reader.entity.rawId);
  const written = reader.peek('ror');
  if (written === null) return fromId;
  const ror = readRor(written);
  if (ror === written) reader.text('ror');
  if (ror === null) {
    const message = 'ror is no ROR identifier; it is kept as written.';
    scope.warn('unreadable-identifier', reader.entity, reader.pointerOf('ror'), message);
  }
  return ror ?? fromId;
}
