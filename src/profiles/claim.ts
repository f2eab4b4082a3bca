import type { CrateGraph } from '../crate/contract.ts';
import { rawIdsOf } from '../crate/values.ts';
import type { Claim } from './contract.ts';
import { isNewerVersion, profileVersion } from './lambda-core/versions.ts';

const LAMBDA_NAMESPACE = /^(lambda:|https?:\/\/w3id\.org\/lambda\/)/;
const RO_CRATE = /^https?:\/\/w3id\.org\/ro\/crate\/([^/?#]+)$/;

/** What a crate claims to follow, by the `conformsTo` of its root and its descriptor, and whether LAMBDA types occur. */
export function claimedProfiles(graph: CrateGraph): Claim {
  const claims = [graph.root, graph.descriptor].flatMap((entity) =>
    entity === null ? [] : rawIdsOf(graph, entity, 'conformsTo'),
  );
  const versions = claims.flatMap((iri) => profileVersion(iri) ?? []);
  return {
    lambdaCore: versions.reduce<string | null>(fitting, null),
    roCrate: claims.flatMap((iri) => RO_CRATE.exec(iri)?.[1] ?? []).at(0) ?? graph.roCrateVersion,
    lambdaTypes: graph.entities.some(({ types }) => types.some((type) => LAMBDA_NAMESPACE.test(type))),
  };
}

/** Of several versions the one the rules know or are nearest to: a known one over a newer one, any over none. */
function fitting(chosen: string | null, version: string): string {
  if (chosen === null || chosen === '') return version;
  return version !== '' && isNewerVersion(chosen) ? version : chosen;
}
