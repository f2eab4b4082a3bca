import type { CrateEntity, CrateGraph } from '../../crate/contract.ts';
import { hasType, valueOf as valueIn } from '../../crate/values.ts';
import { isJsonArray, type JsonValue, pointerJoin } from '../../model/json.ts';
import type { Collector } from '../collector.ts';
import { ownValue } from '../lambda-core/classify.ts';

/** What the root must carry (RO-Crate 1.1 §"Direct properties of the Root Data Entity", the same since). */
const REQUIRED_OF_ROOT: Readonly<Record<string, string>> = {
  name: 'what the data is, in a few words',
  description: 'a summary of the data',
  datePublished: 'an ISO 8601 date',
  license: 'a reference to a licence, {"@id": "…"}',
};

/** Calendar dates of ISO 8601, to the year, month, day or time; producers write times loosely. */
const ISO_DATE = /^\d{4}(-\d{2}(-\d{2}([T ]\d{2}.*)?)?)?$/;

export function checkDescriptorAndRoot(graph: CrateGraph, report: Collector): void {
  const { descriptor, root } = graph;
  if (descriptor === null) {
    report.error('entity', 'descriptor-missing', () => ({
      pointer: '/@graph',
      entity: null,
      message:
        'No entity is the metadata descriptor: one needs the @id `ro-crate-metadata.json` and an `about`.',
    }));
  } else if (!hasType(graph, descriptor, 'CreativeWork')) {
    report.error('entity', 'descriptor-type', () => ({
      pointer: descriptor.pointer,
      entity: descriptor.rawId,
      message: 'The metadata descriptor is typed `CreativeWork`.',
    }));
  }
  if (root === null) {
    report.error('entity', 'root-missing', () => ({
      pointer: descriptor?.pointer ?? '/@graph',
      entity: descriptor?.rawId ?? null,
      message: "No root: the descriptor's `about` must name an entity of the graph.",
    }));
    return;
  }
  checkRoot(graph, root, report);
}

function checkRoot(graph: CrateGraph, root: CrateEntity, report: Collector): void {
  if (!hasType(graph, root, 'Dataset')) {
    report.error('entity', 'root-type', () => ({
      pointer: root.pointer,
      entity: root.rawId,
      message: 'The root is typed `Dataset`, alone or in a list.',
    }));
  }
  for (const [term, what] of Object.entries(REQUIRED_OF_ROOT)) {
    if (!isEmpty(valueIn(graph, root, term))) continue;
    report.error('entity', 'missing-property', () => ({
      pointer: root.pointer,
      entity: root.rawId,
      message: `The root lacks \`${term}\`: ${what}.`,
    }));
  }
  const published = ownValue(root.node, 'datePublished');
  if (!isEmpty(published) && !(typeof published === 'string' && ISO_DATE.test(published))) {
    report.warning('entity', 'date-form', () => ({
      pointer: pointerJoin(root.pointer, 'datePublished'),
      entity: root.rawId,
      message: '`datePublished` is one ISO 8601 date, such as 2026-11-21.',
    }));
  }
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (isJsonArray(value)) return value.length === 0;
  return value === undefined || value === null || value === '';
}
