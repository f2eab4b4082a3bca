import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject } from '../../model/json.ts';
import type { EntityClass } from './schemas.ts';

/** The file name RO-Crate reserves for its metadata document. */
export const METADATA_FILE = 'ro-crate-metadata.json';

/** Type token → class. The first row whose token an entity carries wins, whatever the order of its own `@type`. */
const DISPATCH: readonly (readonly [token: string, entityClass: EntityClass])[] = [
  ['lambda:Dataset', 'CrateRoot'],
  ['lambda:Experiment', 'CrateRoot'],
  ['lambda:Sample', 'SampleEntity'],
  ['lambda:Protein', 'ProteinEntity'],
  ['lambda:NucleicAcid', 'NucleicAcidEntity'],
  ['lambda:SmallMolecule', 'SmallMoleculeEntity'],
  ['lambda:SampleComponentInteraction', 'ComponentInteractionEntity'],
  ['lambda:Instrument', 'InstrumentEntity'],
  ['lambda:ExperimentRun', 'ExperimentRunAction'],
  ['lambda:WorkflowRun', 'WorkflowRunAction'],
  ['CreateAction', 'WorkflowRunAction'],
  ['Person', 'PersonEntity'],
  ['Organization', 'OrganizationEntity'],
  ['SoftwareApplication', 'SoftwareApplicationEntity'],
  ['DefinedTerm', 'DefinedTermEntity'],
  ['PropertyValue', 'PropertyValueEntity'],
  ['File', 'CrateFile'],
  // No RO-Crate term: R8 refuses it, and checking its shape shows what else is wrong.
  ['DataFile', 'CrateFile'],
  ['Dataset', 'CrateDatasetPart'],
  ['CreativeWork', 'RelatedWork'],
];

/** Type tokens that give an entity a class, in their order of priority. */
export const TYPE_TOKENS: readonly string[] = DISPATCH.map(([token]) => token);

/**
 * `@type` as a list of tokens: a string is a list of one, an absent one is empty. The reference checker reads the keys of
 * an object and breaks off at any other value; null stands for those.
 */
export function typeTokens(type: JsonValue | undefined): readonly JsonValue[] | null {
  if (type === undefined) return [];
  if (typeof type === 'string') return [type];
  if (isJsonArray(type)) return type;
  return isJsonObject(type) ? Object.keys(type) : null;
}

/** The class an entity is checked as, or null. `read` gives a property of the entity, so that a view can compact keys. */
export function classify(read: (key: string) => JsonValue | undefined): EntityClass | null {
  const id = read('@id');
  if (id === METADATA_FILE) return 'MetadataDescriptor';
  if (typeof id === 'string' && id.endsWith(METADATA_FILE) && read('about') !== undefined) {
    return 'MetadataDescriptor';
  }
  const types = typeTokens(read('@type')) ?? [];
  return DISPATCH.find(([token]) => types.includes(token))?.[1] ?? null;
}

/** Reads a property of an entity as written; never what an object inherits. */
export function ownValue(node: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(node, key) ? node[key] : undefined;
}
