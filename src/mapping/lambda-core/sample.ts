import type { CrateEntity } from '../../crate/contract.ts';
import type { SampleRow } from '../../model/rows.ts';
import { type Candidates, candidates, crateKey, writtenIriKey } from './identity.ts';
import { proposalScoped } from './proposal.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';

/** The row of a `lambda:Sample`. */
export function sampleRow(scope: MapScope, entity: CrateEntity): SampleRow {
  const reader = scope.reader(entity);
  const columns = {
    sample_code: reader.text('sample_code', 'sampleName'),
    sample_type: reader.text('sample_type'),
    protein_name: reader.text('protein_name', 'proteinName'),
    organism: reader.text('organism'),
    expression_system: reader.text('expression_system'),
    concentration: reader.text('concentration'),
    seguid: reader.text('seguid'),
  };
  const identity = sampleIdentity(scope, {
    rawId: entity.rawId,
    iri: scope.iriOf(entity),
    sample_code: columns.sample_code,
  });
  return { ...commonColumns(scope, entity, identity), ...columns };
}

/**
 * A sample is the same elsewhere by an IRI both wrote, or by its code within one proposal of the facility. A code alone
 * (`LYZ-42`) is every group's favourite, so without a proposal it stays with its crate (design rule 8).
 */
export function sampleIdentity(
  scope: MapScope,
  of: { readonly rawId: string | null; readonly iri: string; readonly sample_code: string | null },
): Candidates {
  return candidates(
    [writtenIriKey('sample', of), proposalScoped(scope, 'sample', of.sample_code)],
    crateKey('sample', of.iri, scope.graph),
  );
}
