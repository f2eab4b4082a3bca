import type { CrateEntity } from '../../crate/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { EntityRow } from '../../model/rows.ts';
import type { Candidates } from './identity.ts';
import type { MapScope } from './scope.ts';

/** The columns every row made from an entity has. Called last: `properties` is what the other columns left. */
export function commonColumns(
  scope: MapScope,
  entity: CrateEntity,
  identity: Candidates,
  added: JsonObject = {},
): EntityRow {
  const reader = scope.reader(entity);
  return {
    iri: scope.iriOf(entity),
    json_pointer: entity.pointer,
    identity,
    implied: false,
    name: reader.text('name'),
    description: reader.text('description'),
    properties: reader.properties(added),
  };
}
