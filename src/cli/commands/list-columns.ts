import type { ItemOf, Link, ListKind } from '../../model/items.ts';
import { bytesText } from '../text.ts';

/** One column of a list for a person. `null` is shown as undeclared. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (item: T) => string | number | null;
}

const names = (links: readonly Link[]): string | null =>
  links.length === 0 ? null : links.map((link) => link.name ?? link.id).join(', ');

/** What each list shows on a terminal; `--json` has every field. */
export const LIST_COLUMNS: { readonly [K in ListKind]: readonly Column<ItemOf[K]>[] } = {
  runs: [
    { head: 'run', cell: (r) => r.experiment_code ?? r.name },
    { head: 'technique', cell: (r) => r.technique },
    { head: 'status', cell: (r) => r.processing_status },
    { head: 'when', cell: (r) => r.start_time ?? r.experiment_date },
    { head: 'facility', cell: (r) => r.facility },
    { head: 'instrument', cell: (r) => names(r.instruments) },
    { head: 'sample', cell: (r) => names(r.samples) },
    { head: 'files', cell: (r) => r.files },
    { head: 'referenced', cell: (r) => bytesText(r.bytes_referenced) },
    { head: 'id', cell: (r) => r.id },
  ],
  files: [
    { head: 'file', cell: (f) => f.file_name },
    { head: 'kind', cell: (f) => f.kind },
    { head: 'size', cell: (f) => bytesText(f.file_size_bytes) },
    { head: 'sha256', cell: (f) => (f.sha256 === null ? null : `${f.sha256.slice(0, 12)}…`) },
    { head: 'proof', cell: (f) => f.verification?.outcome ?? 'never read' },
    { head: 'conflict', cell: (f) => f.conflicts.map((c) => c.code).join(', ') || '-' },
    { head: 'id', cell: (f) => f.id },
    { head: 'storage_uri', cell: (f) => f.storage_uri },
  ],
  samples: [
    { head: 'sample', cell: (s) => s.sample_code ?? s.name },
    { head: 'type', cell: (s) => s.sample_type },
    { head: 'protein', cell: (s) => s.protein_name ?? names(s.molecules) },
    { head: 'organism', cell: (s) => s.organism },
    { head: 'facility', cell: (s) => s.facility },
    { head: 'runs', cell: (s) => s.runs },
    { head: 'id', cell: (s) => s.id },
  ],
  instruments: [
    { head: 'instrument', cell: (i) => i.name ?? i.instrument_code },
    { head: 'code', cell: (i) => i.instrument_code },
    { head: 'beamline', cell: (i) => i.beamline_id },
    { head: 'facility', cell: (i) => i.facility },
    { head: 'runs', cell: (i) => i.runs },
    { head: 'id', cell: (i) => i.id },
  ],
  workflows: [
    { head: 'workflow', cell: (w) => w.workflow_code ?? w.name },
    { head: 'type', cell: (w) => w.workflow_type },
    {
      head: 'software',
      cell: (w) => [w.software_name, w.software_version].filter((s) => s !== null).join(' ') || null,
    },
    { head: 'runs', cell: (w) => names(w.runs) },
    { head: 'facility', cell: (w) => w.facility },
    { head: 'id', cell: (w) => w.id },
  ],
  crates: [
    { head: 'crate', cell: (c) => c.name },
    { head: 'state', cell: (c) => c.state },
    { head: 'conformant', cell: (c) => `${c.conformant ? 'yes' : 'no'} (${c.profile})` },
    { head: 'version', cell: (c) => c.version },
    { head: 'source', cell: (c) => `${c.facility}/${c.source}` },
    { head: 'files', cell: (c) => c.files },
    { head: 'referenced', cell: (c) => bytesText(c.bytes_referenced) },
    { head: 'iri', cell: (c) => c.iri },
  ],
};
