import type { Collector } from '../collector.ts';
import { quoted } from '../wording.ts';
import { METADATA_FILE } from './classify.ts';
import { about, carries, type GraphEntity, type LambdaGraph, pointerOf, valueAt } from './graph.ts';
import { idsIn } from './references.ts';
import { hasNestedDescriptor } from './rules/parts.ts';
import { referencesOf } from './rules/references.ts';
import {
  isKnownVersion,
  isNewerVersion,
  profileVersion,
  RO_CRATE_FRAGMENT,
  RULES_VERSION,
} from './versions.ts';

/** Warnings across entities: where the graph rules, as the reference checker runs them, let pass what the profile asks. */
export function adviseGraph(graph: LambdaGraph, report: Collector): void {
  adviseDescriptor(graph, report);
  adviseRoot(graph, report);
  adviseIdentity(graph, report);
  for (const entity of graph.entities) {
    if (entity.entityClass === 'CrateDatasetPart') advisePart(entity, graph, report);
  }
}

function adviseDescriptor({ descriptor, root, entities, ids }: LambdaGraph, report: Collector): void {
  if (descriptor === null) return;
  const own = entities.find((entity) => entity.id === METADATA_FILE);
  if (descriptor.entityClass !== 'MetadataDescriptor' || (own !== undefined && own !== descriptor)) {
    report.warning('graph', 'descriptor-choice', () =>
      about(
        descriptor,
        `This entity is taken for the metadata descriptor because it comes first; the crate's own is ${quoted(METADATA_FILE)} and should stand before it.`,
      ),
    );
  }
  if (!idsIn(valueAt(descriptor, 'conformsTo')).some((id) => id.includes(RO_CRATE_FRAGMENT))) {
    report.warning('graph', 'descriptor-profile', () =>
      about(
        descriptor,
        'The descriptor\'s `conformsTo` names no RO-Crate version; add {"@id": "https://w3id.org/ro/crate/1.2"}.',
        pointerOf(descriptor, 'conformsTo'),
      ),
    );
  }
  const targets = idsIn(valueAt(descriptor, 'about'));
  if (root?.id != null && targets.some((id) => ids.has(id)) && !targets.includes(root.id)) {
    report.warning('graph', 'about-not-root', () =>
      about(
        descriptor,
        `The descriptor is about another entity than the root ${quoted(root.id ?? '')}.`,
        pointerOf(descriptor, 'about'),
      ),
    );
  }
}

function adviseRoot({ root, entities }: LambdaGraph, report: Collector): void {
  if (root === null) return;
  for (const entity of entities) {
    if (entity.entityClass !== 'CrateRoot' || entity === root) continue;
    report.warning('graph', 'several-roots', () =>
      about(
        entity,
        `A second entity is typed as the root; the first, ${quoted(root.id ?? '')}, is taken. A part is typed \`Dataset\` alone.`,
        pointerOf(entity, '@type'),
      ),
    );
  }
  for (const field of ['license', 'datePublished']) {
    const value = valueAt(root, field);
    if (!carries(root, field) || (value !== null && value !== '')) continue;
    report.warning('graph', 'empty-value', () =>
      about(
        root,
        `\`${field}\` is empty; take it out and declare it in \`missing\`.`,
        pointerOf(root, field),
      ),
    );
  }
  for (const { id, pointer } of referencesOf(root, 'conformsTo')) {
    const version = profileVersion(id);
    if (version === null || (isKnownVersion(version) && version !== '0.2')) continue;
    report.warning('graph', 'profile-version', () => about(root, versionAdvice(version), pointer()));
  }
}

function versionAdvice(version: string): string {
  const rules = `it was checked by the rules of ${RULES_VERSION}`;
  if (version === '') return `The profile is named without a version; ${rules}.`;
  if (version === '0.2') return `LAMBDA Core 0.2 is deprecated and has no specification; ${rules}.`;
  return isNewerVersion(version)
    ? `LAMBDA Core ${quoted(version)} is newer than these rules; ${rules}, and properties they do not know are warnings.`
    : `LAMBDA Core ${quoted(version)} is no known version; ${rules}.`;
}

function adviseIdentity(graph: LambdaGraph, report: Collector): void {
  if (graph.byId.size === graph.entities.length) return;
  for (const entity of graph.entities) {
    if (entity.id === null || graph.byId.get(entity.id) === entity) continue;
    report.warning('graph', 'duplicate-id', () =>
      about(
        entity,
        `Another entity further down has the same @id ${quoted(entity.id ?? '')}; one entity has one @id.`,
      ),
    );
  }
}

/** Profile §7.1 and §7.2, of which the checker looks at less than the text asks. */
function advisePart(part: GraphEntity, graph: LambdaGraph, report: Collector): void {
  const claims = idsIn(valueAt(part, 'conformsTo'));
  if (hasNestedDescriptor(part) && claims.length > 0 && !claims.some((id) => id.includes('lambda/profile'))) {
    report.warning('graph', 'nested-crate-profile', () =>
      about(
        part,
        'A nested crate’s `conformsTo` should name a LAMBDA profile, as its own root does.',
        pointerOf(part, 'conformsTo'),
      ),
    );
  }
  for (const { id, pointer } of referencesOf(part, 'schemaRecord')) {
    if (graph.byId.get(id)?.entityClass === 'CrateFile') continue;
    report.warning('graph', 'schema-record', () =>
      about(
        part,
        `The record ${quoted(id)} is no File of the graph; describe it with its size and sha256.`,
        pointer(),
      ),
    );
  }
}
