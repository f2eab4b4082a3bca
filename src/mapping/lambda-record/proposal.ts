import type { RecordAssociationRow, RecordContext } from '../../model/record-rows.ts';
import type { ProposalRow } from '../../model/rows.ts';
import { wordKey } from '../lambda-core/identity.ts';
import type { RecordEntity } from './collections.ts';
import { identityOf } from './identity.ts';
import { link } from './link.ts';

/** Codes of a proposal compare without the blanks around them. */
function codeOf(study: RecordEntity): string | null {
  return study.slots.peek('proposal_id')?.trim() ?? null;
}

/**
 * The proposal that codes of the record belong to: the one its studies and its crate name. Null where they name several: which
 * of them knows a sample by its code, nobody says.
 */
export function proposalOf(studies: readonly RecordEntity[], crate: string | null): string | null {
  const codes = new Set([...studies.map(codeOf), crate?.trim() ?? null].filter((code) => code !== null));
  const [only, other] = codes;
  return other === undefined ? (only ?? null) : null;
}

/** Proposals that studies name, and their links to those studies. */
export interface Proposals {
  readonly rows: readonly ProposalRow[];
  readonly associations: readonly RecordAssociationRow[];
}

/** The proposals the studies name: implied, since a record has no entity for them. */
export function proposalsOf(studies: readonly RecordEntity[], context: RecordContext): Proposals {
  const rows = new Map<string, ProposalRow>();
  const associations: RecordAssociationRow[] = [];
  for (const study of studies) {
    const code = codeOf(study);
    if (code === null) continue;
    const iri = `${context.crate_iri}#implied-proposal-${encodeURIComponent(code.toWellFormed())}`;
    const json_pointer = study.slots.pointerOf('proposal_id');
    associations.push(link('study_proposal', study.name.iri, iri, json_pointer));
    if (rows.has(code)) continue;
    const key = wordKey('facility', 'proposal', context.facility.toLowerCase(), code);
    rows.set(code, {
      iri,
      json_pointer,
      identity: identityOf('proposal', iri, context, [key]),
      implied: true,
      name: null,
      description: null,
      properties: {},
      proposal_id: code,
    });
  }
  return { rows: [...rows.values()], associations };
}
