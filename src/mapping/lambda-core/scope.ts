import type { CrateEntity, CrateGraph, ResolvedReference } from '../../crate/contract.ts';
import { resolveId } from '../../crate/graph.ts';
import type { Finding } from '../../model/finding.ts';
import type { MappingContext } from '../../model/rows.ts';
import type { SourceTime } from '../../model/time.ts';
import { EntityReader, type Reference } from './reader.ts';
import { termKeys } from './term-keys.ts';
import { readTime } from './time.ts';

/** Warnings of one rule are cut here: a crate of a million bad files must not make a report without end. */
const MAX_PER_RULE = 100;

/** What every mapping of this room is given: one graph, its context, one reader an entity, one list of findings. */
export interface MapScope {
  readonly graph: CrateGraph;
  readonly context: MappingContext;
  readonly root: EntityReader | null;
  reader(entity: CrateEntity): EntityReader;
  /** IRI of a row made from an entity; one without an `@id` is named by its place in the crate. */
  iriOf(entity: CrateEntity): string;
  /** What an entity's own `@id` may be used for; null where it has none. */
  place(entity: CrateEntity): ResolvedReference | null;
  /** A written `@id` as the graph resolves its own. */
  resolve(rawId: string): string;
  warn(rule: string, entity: CrateEntity | null, pointer: string, message: string): void;
  /** Every warning so far. */
  findings(): readonly Finding[];
  /** Warns of a reference to something the graph does not have. */
  dangling(entity: CrateEntity, reference: Reference, term: string): void;
  /** The first of the terms that has a time, read in the facility's zone; a warning where it names none. */
  time(reader: EntityReader, ...terms: readonly string[]): SourceTime | null;
}

export function mapScope(graph: CrateGraph, context: MappingContext): MapScope {
  const kept: Finding[] = [];
  const counts = new Map<string, number>();
  const readers: EntityReader[] = [];
  const resolved = new Map<string, string>();
  for (const entity of graph.entities) {
    if (entity.rawId !== null && !resolved.has(entity.rawId)) resolved.set(entity.rawId, entity.iri);
  }

  function resolve(rawId: string): string {
    const known = resolved.get(rawId);
    if (known !== undefined) return known;
    const { iri } = resolveId(graph, rawId);
    resolved.set(rawId, iri);
    return iri;
  }

  const reading = { graph, keys: termKeys(graph), resolve };

  function reader(entity: CrateEntity): EntityReader {
    const known = readers[entity.index];
    if (known !== undefined) return known;
    const made = new EntityReader(reading, entity);
    readers[entity.index] = made;
    return made;
  }

  function warn(rule: string, entity: CrateEntity | null, pointer: string, message: string): void {
    const count = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, count);
    if (count > MAX_PER_RULE) return;
    kept.push({
      layer: 'graph',
      rule,
      severity: 'warning',
      profile: 'mapping',
      pointer,
      entity: entity?.rawId ?? null,
      message,
    });
  }

  function findings(): readonly Finding[] {
    const more = [...counts].flatMap(([rule, count]): Finding[] => {
      const sample = kept.find((finding) => finding.rule === rule);
      if (count <= MAX_PER_RULE || sample === undefined) return [];
      const message = `${count - MAX_PER_RULE} more of rule ${rule}; the first ${MAX_PER_RULE} are listed.`;
      return [{ ...sample, pointer: '', entity: null, message }];
    });
    return [...kept, ...more];
  }

  function dangling(entity: CrateEntity, reference: Reference, term: string): void {
    warn(
      'dangling-reference',
      entity,
      reference.pointer,
      `${term} names ${JSON.stringify(reference.rawId)}, which the graph does not have; nothing is joined to it.`,
    );
  }

  function time(from: EntityReader, ...terms: readonly string[]): SourceTime | null {
    for (const term of terms) {
      const text = from.text(term);
      if (text === null) continue;
      const read = readTime(text, context.timezone);
      if (read.earliest === null) {
        warn(
          'unreadable-time',
          from.entity,
          from.pointerOf(term),
          `${term} is no ISO 8601 date or date-time; the text is kept and no instant is known.`,
        );
      }
      return read;
    }
    return null;
  }

  return {
    graph,
    context,
    findings,
    place: (entity) => (entity.rawId === null ? null : resolveId(graph, entity.rawId)),
    root: graph.root === null ? null : reader(graph.root),
    reader,
    iriOf: (entity) => (entity.rawId === null ? `${graph.crateIri}#${entity.pointer}` : entity.iri),
    resolve,
    warn,
    dangling,
    time,
  };
}
