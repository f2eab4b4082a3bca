import type { CrateEntity } from '../../crate/contract.ts';
import { idsIn, readTerm } from '../../crate/read-term.ts';
import { isJsonObject } from '../../model/json.ts';
import type { AssociationKind, AssociationRow } from '../../model/rows.ts';
import { crateAssociations } from './crate-associations.ts';
import type { Implied } from './implied.ts';
import type { Classified, EntityClass } from './kinds.ts';
import { LinkList } from './link-list.ts';
import { type DataParts, INPUT_TERMS, OUTPUT_TERMS } from './parts.ts';
import { listed, type Reference } from './reader.ts';
import type { MapScope } from './scope.ts';

/** IRIs of the rows of this crate an association may end at. */
export interface RowIris {
  readonly samples: ReadonlySet<string>;
  readonly instruments: ReadonlySet<string>;
  readonly molecules: ReadonlySet<string>;
  readonly experiments: ReadonlySet<string>;
  readonly workflows: ReadonlySet<string>;
  readonly persons: ReadonlySet<string>;
  readonly organizations: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
}

export function rowIris(scope: MapScope, classified: Classified, parts: DataParts): RowIris {
  const iris = (...classes: readonly EntityClass[]) =>
    new Set(classes.flatMap((one) => (classified.get(one) ?? []).map((entity) => scope.iriOf(entity))));
  return {
    samples: iris('sample'),
    instruments: iris('instrument'),
    molecules: iris('protein', 'nucleic_acid', 'small_molecule'),
    experiments: iris('experiment_run'),
    workflows: iris('workflow_run'),
    persons: iris('person'),
    organizations: iris('organization'),
    files: parts.iris,
  };
}

/** Terms a run names people under. */
const AGENT_TERMS = ['agent', 'prov:wasAssociatedWith'] as const;

/** How the two kinds of run name their associations. */
const RUN_KINDS = {
  experiment: {
    sample: 'experiment_sample',
    instrument: 'experiment_instrument',
    input: 'experiment_input',
    output: 'experiment_output',
    person: 'experiment_person',
  },
  workflow: {
    sample: 'workflow_sample',
    instrument: 'workflow_instrument',
    input: 'workflow_input',
    output: 'workflow_output',
    person: 'workflow_person',
  },
} as const satisfies Record<string, Record<string, AssociationKind>>;

type RunKinds = (typeof RUN_KINDS)[keyof typeof RUN_KINDS];

/**
 * Every association both ends of which are rows of this crate. A reference to anything else stays in the properties; one
 * to nothing at all is a warning. A Dataset that is no row stands for the rows in it.
 */
export function associations(
  scope: MapScope,
  classified: Classified,
  parts: DataParts,
  iris: RowIris,
  implied: Implied,
): readonly AssociationRow[] {
  const links = new LinkList(scope);
  const inside = new PartsInside(scope, parts);
  crateAssociations(scope, links, iris);
  for (const run of classified.get('experiment_run') ?? []) {
    runAssociations(scope, links, iris, inside, run, RUN_KINDS.experiment);
  }
  for (const run of classified.get('workflow_run') ?? []) {
    runAssociations(scope, links, iris, inside, run, RUN_KINDS.workflow);
    for (const reference of scope.reader(run).refs('prov:wasInformedBy', 'object')) {
      if (iris.experiments.has(reference.iri)) {
        links.addReference('workflow_experiment', scope.iriOf(run), run, reference);
      } else if (reference.key !== 'object') {
        warnWhereAbsent(scope, run, reference);
      }
    }
  }
  for (const sample of classified.get('sample') ?? []) {
    for (const reference of scope.reader(sample).refs('hasBioChemEntityPart')) {
      if (iris.molecules.has(reference.iri)) {
        links.addReference('sample_molecule', scope.iriOf(sample), sample, reference);
      } else warnWhereAbsent(scope, sample, reference);
    }
  }
  for (const { entity } of parts.parts) partAssociations(scope, links, iris, inside, entity);
  impliedAssociations(scope, links, iris, classified, implied);
  return links.rows;
}

function runAssociations(
  scope: MapScope,
  links: LinkList,
  iris: RowIris,
  inside: PartsInside,
  run: CrateEntity,
  kinds: RunKinds,
): void {
  const reader = scope.reader(run);
  const subject = scope.iriOf(run);
  for (const [terms, kind] of [
    [INPUT_TERMS, kinds.input],
    [OUTPUT_TERMS, kinds.output],
  ] as const) {
    for (const reference of reader.refs(...terms)) {
      if (iris.files.has(reference.iri)) links.addReference(kind, subject, run, reference);
      else if (iris.samples.has(reference.iri)) links.addReference(kinds.sample, subject, run, reference);
      else if (scope.graph.byIri.has(reference.iri)) {
        for (const iri of inside.of(reference.iri))
          links.add(kind, subject, iri, { pointer: reference.pointer });
      } else scope.dangling(run, reference, reference.key);
    }
  }
  for (const reference of reader.refs('instrument')) {
    // A SoftwareApplication here is what ran, not what measured (profile: `instrument` of an Action may be either).
    if (iris.instruments.has(reference.iri)) links.addReference(kinds.instrument, subject, run, reference);
    else warnWhereAbsent(scope, run, reference);
  }
  for (const reference of reader.refs(...AGENT_TERMS)) {
    if (iris.persons.has(reference.iri)) {
      links.addReference(kinds.person, subject, run, reference, { role: 'agent' });
    } else warnWhereAbsent(scope, run, reference);
  }
  for (const iri of qualifiedAgents(scope, run)) {
    const pointer = reader.pointerOf('prov:qualifiedAssociation');
    if (iris.persons.has(iri)) links.add(kinds.person, subject, iri, { pointer, role: 'agent' });
  }
}

function qualifiedAgents(scope: MapScope, run: CrateEntity): readonly string[] {
  const { terms } = scope.graph;
  return listed(scope.reader(run).raw('prov:qualifiedAssociation')).flatMap((block) => {
    const agents = isJsonObject(block) ? readTerm(terms, block, 'prov:agent') : undefined;
    return [...idsIn(agents, false)].map((id) => scope.resolve(id));
  });
}

function partAssociations(
  scope: MapScope,
  links: LinkList,
  iris: RowIris,
  inside: PartsInside,
  entity: CrateEntity,
): void {
  const subject = scope.iriOf(entity);
  for (const reference of scope.reader(entity).refs('hasPart')) {
    if (iris.files.has(reference.iri)) links.addReference('data_file_part', subject, entity, reference);
    else if (!scope.graph.byIri.has(reference.iri)) scope.dangling(entity, reference, 'hasPart');
    else {
      for (const iri of inside.of(reference.iri)) {
        if (iri !== subject) links.add('data_file_part', subject, iri, { pointer: reference.pointer });
      }
    }
  }
}

/** An implied row belongs to what stands alone beside it; the implied run's sample is the one the root has the code of. */
function impliedAssociations(
  scope: MapScope,
  links: LinkList,
  iris: RowIris,
  classified: Classified,
  implied: Implied,
): void {
  const pointer = scope.root?.entity.pointer ?? '';
  const run = implied.run?.iri ?? only(iris.experiments);
  if (run === null) return;
  const sample = implied.sample?.iri ?? (implied.run === null ? null : rootSample(scope, iris, classified));
  const instrument = implied.instrument?.iri ?? (implied.run === null ? null : only(iris.instruments));
  const named = (kind: AssociationKind) =>
    links.rows.some((link) => link.kind === kind && link.subject_iri === run);
  if (sample !== null && !named('experiment_sample'))
    links.add('experiment_sample', run, sample, { pointer });
  if (instrument !== null && !named('experiment_instrument')) {
    links.add('experiment_instrument', run, instrument, { pointer });
  }
}

function rootSample(scope: MapScope, iris: RowIris, classified: Classified): string | null {
  const code = scope.root?.peek('sample_code', 'sampleName') ?? null;
  const named = (classified.get('sample') ?? []).filter(
    (sample) => code !== null && scope.reader(sample).peek('sample_code', 'sampleName') === code,
  );
  return only(new Set(named.map((sample) => scope.iriOf(sample)))) ?? only(iris.samples);
}

function warnWhereAbsent(scope: MapScope, entity: CrateEntity, reference: Reference): void {
  if (!scope.graph.byIri.has(reference.iri)) scope.dangling(entity, reference, reference.key);
}

function only(iris: ReadonlySet<string>): string | null {
  const [first, second] = iris;
  return first !== undefined && second === undefined ? first : null;
}

/** Associations through Datasets that are no rows, in all; beyond it a crate is padding, not provenance. */
const MAX_EXPANDED = 200_000;

/** The parts inside a Dataset that is no row itself, found once each. */
class PartsInside {
  readonly #scope: MapScope;
  readonly #parts: DataParts;
  readonly #known = new Map<string, readonly string[]>();
  #left = MAX_EXPANDED;

  constructor(scope: MapScope, parts: DataParts) {
    this.#scope = scope;
    this.#parts = parts;
  }

  of(iri: string): readonly string[] {
    const found = this.#known.get(iri) ?? this.#collect(iri);
    this.#known.set(iri, found);
    if (found.length > this.#left) {
      if (this.#left >= 0) this.#warn();
      this.#left = -1;
      return [];
    }
    this.#left -= found.length;
    return found;
  }

  #warn(): void {
    const message = `Runs and Datasets name Datasets that group more than ${MAX_EXPANDED} parts in all; the rest are not joined.`;
    this.#scope.warn('too-many-associations', null, '/@graph', message);
  }

  #collect(start: string): readonly string[] {
    const found: string[] = [];
    const seen = new Set([start]);
    const queue = [start];
    for (let i = 0; i < queue.length; i += 1) {
      for (const child of this.#parts.children.get(queue[i] ?? '') ?? []) {
        if (seen.has(child)) continue;
        seen.add(child);
        if (this.#parts.iris.has(child)) found.push(child);
        else queue.push(child);
      }
    }
    return found;
  }
}
