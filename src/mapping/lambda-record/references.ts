import type { RecordContext, RecordEntityKind } from '../../model/record-rows.ts';
import { readOrcid, readRor } from '../lambda-core/identifiers.ts';
import type { RecordEntities, RecordEntity } from './collections.ts';
import { nameOf } from './names.ts';
import { quoted } from './warnings.ts';

/** The slot by which people call an entity where they do not write its id. */
const CODES: Readonly<Partial<Record<RecordEntityKind, readonly string[]>>> = {
  sample: ['sample_code'],
  experiment_run: ['experiment_code'],
  workflow_run: ['workflow_code'],
  instrument: ['instrument_code'],
  data_file: ['file_name'],
  person: ['orcid', 'person_local_id'],
  organization: ['ror', 'facility_code'],
};

/** Finds the entities that references name. */
export class References {
  readonly #context: RecordContext;
  readonly #prefixes: Readonly<Record<string, string>>;
  readonly #byId = new Map<string, RecordEntity>();
  readonly #byIri = new Map<string, RecordEntity>();
  /** Null where several entities have the code. */
  readonly #byCode = new Map<string, RecordEntity | null>();

  constructor(entities: RecordEntities, context: RecordContext, prefixes: Readonly<Record<string, string>>) {
    this.#context = context;
    this.#prefixes = prefixes;
    for (const entity of [...entities.of.values()].flat()) {
      const key = (text: string) => `${entity.kind} ${text}`;
      if (entity.id !== null && !this.#byId.has(key(entity.id))) this.#byId.set(key(entity.id), entity);
      if (!this.#byIri.has(key(entity.name.iri))) this.#byIri.set(key(entity.name.iri), entity);
      for (const slot of CODES[entity.kind] ?? []) {
        const code = codeOf(entity.slots.peek(slot) ?? '');
        if (code !== '') this.#byCode.set(key(code), this.#byCode.has(key(code)) ? null : entity);
      }
    }
  }

  /** The entity a reference names by its id, in whatever spelling, else by its code; null where none or several have it. */
  find(written: string, kind: RecordEntityKind): RecordEntity | null {
    const text = written.trim();
    const iri = nameOf(text, this.#context, this.#prefixes).iri;
    return (
      this.#byId.get(`${kind} ${text}`) ??
      this.#byIri.get(`${kind} ${iri}`) ??
      this.#byCode.get(`${kind} ${codeOf(text)}`) ??
      null
    );
  }
}

/** A code without blanks around it; an ORCID or a ROR in its one spelling. */
function codeOf(written: string): string {
  return readOrcid(written) ?? readRor(written) ?? written.trim();
}

/** `samples`, for messages. */
export function words(kind: RecordEntityKind): string {
  return kind === 'study' ? 'studies' : `${kind.replaceAll('_', ' ')}s`;
}

/** What is wrong with a reference that names nothing. */
export function unresolved(slot: string, written: string, kind: RecordEntityKind): string {
  const code = CODES[kind]?.[0] ?? null;
  const by = code === null ? '' : `, nor one alone this ${code}`;
  return `${slot} names ${quoted(written)}: none of the record's ${words(kind)} has this id${by}; nothing is joined to it.`;
}
