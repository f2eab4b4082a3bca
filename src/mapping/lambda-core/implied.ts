import type { CrateEntity } from '../../crate/contract.ts';
import type { ExperimentRunRow, InstrumentRow, SampleRow } from '../../model/rows.ts';
import { looksLikeBeamline } from './beamline.ts';
import { candidates, iriKey } from './identity.ts';
import { instrumentIdentity } from './instrument.ts';
import type { Classified } from './kinds.ts';
import type { DataParts } from './parts.ts';
import { sampleIdentity } from './sample.ts';
import type { MapScope } from './scope.ts';
import { rootTechnique } from './technique.ts';

/** Rows made from the root alone, because the crate has no entity of their kind and the root says enough. */
export interface Implied {
  readonly instrument: InstrumentRow | null;
  readonly sample: SampleRow | null;
  readonly run: ExperimentRunRow | null;
}

/**
 * What the root implies. An instrument: `instrumentName` and a facility. A sample: `sample_code`. A run: a technique and
 * at least one data part of the crate's own, since a manifest that only points elsewhere measured nothing.
 */
export function impliedRows(scope: MapScope, classified: Classified, parts: DataParts): Implied {
  const { root } = scope;
  if (root === null) return { instrument: null, sample: null, run: null };
  const absent = (kind: 'instrument' | 'sample' | 'experiment_run') => !classified.has(kind);
  return {
    instrument: absent('instrument') ? impliedInstrument(scope, root.entity) : null,
    sample: absent('sample') ? impliedSample(scope, root.entity) : null,
    run: absent('experiment_run') && parts.hasOwnData ? impliedRun(scope, root.entity) : null,
  };
}

function impliedInstrument(scope: MapScope, root: CrateEntity): InstrumentRow | null {
  const reader = scope.reader(root);
  const name = reader.peek('instrumentName');
  const facility = reader.peek('facility_name', 'facility', 'facility_ror');
  if (name === null || facility === null) return null;
  const beamline = looksLikeBeamline(name, scope.context.facility) ? name : null;
  const row = {
    ...common(scope, root, 'instrument', name),
    instrument_code: null,
    instrument_category: null,
    beamline_id: beamline,
    facility_name: reader.peek('facility_name'),
    facility_ror: reader.peek('facility_ror'),
    manufacturer: null,
    model: null,
    detector: null,
  };
  return { ...row, identity: instrumentIdentity(scope, { ...row, registryId: null }) };
}

function impliedSample(scope: MapScope, root: CrateEntity): SampleRow | null {
  const reader = scope.reader(root);
  const code = reader.peek('sample_code', 'sampleName');
  if (code === null) return null;
  const row = {
    ...common(scope, root, 'sample', null),
    sample_code: code,
    sample_type: null,
    protein_name: reader.peek('protein_name', 'proteinName'),
    organism: reader.peek('organism'),
    expression_system: null,
    concentration: null,
    seguid: null,
  };
  return { ...row, identity: sampleIdentity(scope, { rawId: null, iri: row.iri, sample_code: code }) };
}

function impliedRun(scope: MapScope, root: CrateEntity): ExperimentRunRow | null {
  const technique = rootTechnique(scope);
  if (technique === null) return null;
  const { crateIri } = scope.graph;
  const reader = scope.reader(root);
  return {
    ...common(scope, root, 'experiment-run', reader.peek('name')),
    // The crate's own IRI: when the facility later writes the run down, it is this one.
    identity: candidates([], iriKey('crate', 'experiment_run', crateIri)),
    experiment_code: null,
    technique,
    processing_status: null,
    collection_mode: null,
    beamline_id: null,
    raw_data_location: null,
    experiment_date: scope.time(reader, 'collectionDate'),
    start_time: null,
    end_time: null,
  };
}

function common(scope: MapScope, root: CrateEntity, what: string, name: string | null) {
  return {
    iri: `${scope.graph.crateIri}#implied-${what}`,
    json_pointer: root.pointer,
    implied: true,
    name,
    description: null,
    properties: {},
  };
}
