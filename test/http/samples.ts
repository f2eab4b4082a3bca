import type { RunItem } from '../../src/model/items.ts';
import type { Pointer } from '../../src/model/pointer.ts';

/** A run as the registry answers it; only what a test is about differs. */
export function run(number: number, facts: Partial<RunItem> = {}): RunItem {
  return {
    id: uuid(number),
    facility: 'als',
    proposal_id: null,
    name: `Run ${number}`,
    description: null,
    iri: `https://facility.example/crates/${number}/#run`,
    implied: false,
    crate: { id: uuid(900_000 + number), name: null, iri: `https://facility.example/crates/${number}/` },
    conformant: true,
    other_claims: 0,
    experiment_code: `EXP-${number}`,
    technique: 'saxs',
    processing_status: null,
    collection_mode: null,
    beamline_id: '12.3.1',
    raw_data_location: null,
    experiment_date: null,
    start_time: null,
    end_time: null,
    time_earliest: null,
    time_before: null,
    instruments: [{ id: uuid(1), name: 'SIBYLS' }],
    samples: [],
    files: 3,
    bytes_referenced: 4096,
    ...facts,
  };
}

export function runs(count: number): readonly RunItem[] {
  return Array.from({ length: count }, (_, index) => run(index + 1));
}

export function pointer(facts: Partial<Pointer> & Pick<Pointer, 'storage_uri'>): Pointer {
  return {
    id: uuid(42),
    file_iri: 'https://facility.example/f',
    sha256: null,
    file_size_bytes: null,
    ...facts,
  };
}

export function uuid(number: number): string {
  return `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
}
