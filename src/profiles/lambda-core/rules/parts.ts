import { isJsonArray, type JsonValue } from '../../../model/json.ts';
import type { Collector } from '../../collector.ts';
import { METADATA_FILE, typeTokens } from '../classify.ts';
import { about, type GraphEntity, isTruthy, type LambdaGraph, pointerOf, valueAt } from '../graph.ts';
import { referencesOf } from './references.ts';

/** R4: a dataset part says where its fuller metadata is, or declares an absence. */
export function partPointerRule(graph: LambdaGraph, report: Collector): void {
  for (const entity of graph.entities) {
    if (entity.entityClass !== 'CrateDatasetPart' || pointsSomewhere(entity)) continue;
    report.error('graph', 'R4', () =>
      about(
        entity,
        'This dataset part does not say where its metadata is: give `conformsTo` with a `hasPart` that ends in ro-crate-metadata.json, or `schemaRecord`, or `identifier` with `url`, or declare in `missing` why there is none.',
      ),
    );
  }
}

function pointsSomewhere(entity: GraphEntity): boolean {
  const given = (term: string): boolean => isTruthy(valueAt(entity, term));
  return (
    given('missing') ||
    given('schemaRecord') ||
    (given('identifier') && given('url')) ||
    (given('conformsTo') && hasNestedDescriptor(entity))
  );
}

/** Whether a part lists the metadata document of a nested crate. */
export function hasNestedDescriptor(entity: GraphEntity): boolean {
  return referencesOf(entity, 'hasPart').some(({ id }) => id.endsWith(METADATA_FILE));
}

/** R8: a file is typed `File`; `DataFile` resolves to nothing. */
export function fileTypeRule(graph: LambdaGraph, report: Collector): void {
  for (const entity of graph.entities) {
    const type = valueAt(entity, '@type');
    const types = typeTokens(type) ?? [];
    if (!types.includes('DataFile') || types.includes('File')) continue;
    report.error('graph', 'R8', () =>
      about(
        entity,
        'The type `DataFile` is no RO-Crate term and resolves to nothing; a file is typed `File`.',
        typePointer(entity, type, 'DataFile'),
      ),
    );
  }
}

/** Pointer of one token in `@type`, or of `@type` where it is no list. */
export function typePointer(entity: GraphEntity, type: JsonValue | undefined, token: string): string {
  const base = pointerOf(entity, '@type');
  return isJsonArray(type) ? `${base}/${type.indexOf(token)}` : base;
}
