import type { CrateEntity } from '../../crate/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { EntityRow } from '../../model/rows.ts';
import type { Candidates } from './identity.ts';
import type { MapScope } from './scope.ts';

/**
 * The columns every row made from an entity has. Called last: `properties` is what the other columns left, and what is
 * added to them.
 */
export function commonColumns(
  scope: MapScope,
  entity: CrateEntity,
  identity: Candidates,
  more: { readonly nameTerms?: readonly string[]; readonly properties?: JsonObject } = {},
): EntityRow {
  const reader = scope.reader(entity);
  return {
    iri: scope.iriOf(entity),
    json_pointer: entity.pointer,
    identity,
    implied: false,
    name: reader.text(...(more.nameTerms ?? ['name'])),
    description: reader.text('description'),
    properties: reader.properties(more.properties),
  };
}
