import type { RecordEntityKind } from '../../model/record-rows.ts';
import type { EntityRow } from '../../model/rows.ts';
import { normalisedBeamline } from '../lambda-core/beamline.ts';
import { textOf } from './slots.ts';
import { quoted, type Warnings } from './warnings.ts';

/**
 * Columns that say something of the thing itself: where both a crate and its record fill one, they must agree. Names and
 * organisms have many right spellings, so they are not among them.
 */
const COMPARED: Readonly<Partial<Record<RecordEntityKind, readonly string[]>>> = {
  instrument: [
    'instrument_category',
    'beamline_id',
    'facility_name',
    'facility_ror',
    'manufacturer',
    'model',
  ],
  sample: ['sample_code', 'sample_type', 'seguid'],
  molecule: [
    'uniprot_id',
    'rnacentral_id',
    'sequence_accession',
    'nucleotide_sequence',
    'chebi_id',
    'pdb_ligand_id',
    'inchikey',
  ],
  experiment_run: [
    'experiment_code',
    'technique',
    'processing_status',
    'collection_mode',
    'experiment_date',
    'start_time',
    'end_time',
  ],
  workflow_run: ['workflow_type', 'software_name', 'software_version', 'start_time', 'end_time'],
  data_file: ['file_name', 'file_format', 'data_type', 'file_size_bytes', 'storage_uri', 'sha256'],
  person: ['orcid'],
  organization: ['ror', 'facility_code'],
};

/** Reports every column in which a row of the record disagrees with its counterpart in the crate. */
export function conflictsOf(
  kind: RecordEntityKind,
  crate: EntityRow,
  record: EntityRow,
  { facility, warnings }: { readonly facility: string; readonly warnings: Warnings },
): void {
  for (const column of COMPARED[kind] ?? []) {
    const a: unknown = Reflect.get(crate, column);
    const b: unknown = Reflect.get(record, column);
    if (a == null || b == null || agree(a, b)) continue;
    if (column === 'beamline_id' && sameBeamline(a, b, facility)) continue;
    const at = { pointer: record.json_pointer, id: textOf(record.properties['id']) ?? record.iri };
    const message = `${column}: the crate says ${shown(a)}, the record says ${shown(b)}.`;
    warnings.add('record-conflict', at, message);
  }
}

/** Words agree without regard to case and blanks, times where they share an instant; what cannot be compared agrees. */
function agree(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return folded(a) === folded(b);
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  const [ours, theirs] = [rangeOf(a), rangeOf(b)];
  return ours === null || theirs === null || (ours.earliest < theirs.before && theirs.earliest < ours.before);
}

/** `BL12-1` and `SSRL BL 12-1` are one beamline. */
function sameBeamline(a: unknown, b: unknown, facility: string): boolean {
  return (
    typeof a === 'string' &&
    typeof b === 'string' &&
    normalisedBeamline(a, facility) === normalisedBeamline(b, facility)
  );
}

function folded(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

interface Range {
  readonly text: string;
  readonly earliest: string;
  readonly before: string;
}

/** A SourceTime that could be read. */
function rangeOf(value: unknown): Range | null {
  if (typeof value !== 'object' || value === null) return null;
  const { text, earliest, before } = { text: null, earliest: null, before: null, ...value };
  if (typeof text !== 'string' || typeof earliest !== 'string' || typeof before !== 'string') return null;
  return { text, earliest, before };
}

function shown(value: unknown): string {
  const text = rangeOf(value)?.text ?? value;
  return typeof text === 'string' ? quoted(text) : String(text);
}
