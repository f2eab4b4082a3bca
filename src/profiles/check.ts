import type { CrateGraph } from '../crate/contract.ts';
import type { ProfileChoice } from '../model/finding.ts';
import type { JsonValue } from '../model/json.ts';
import { claimedProfiles } from './claim.ts';
import type { CheckResult, Claim } from './contract.ts';
import { checkLambdaCore } from './lambda-core/check.ts';
import { checkRoCrate } from './ro-crate/check.ts';

/**
 * Runs what applies to a document. `lambda-core` runs both checks and LAMBDA Core decides; `ro-crate` runs the base check
 * alone; `auto` chooses by what the crate claims or, if it claims nothing, by its types. What reading the graph found is
 * passed on and decides nothing. Total, like the checks themselves.
 */
export function checkCrate(json: JsonValue, graph: CrateGraph, asked: ProfileChoice): CheckResult {
  const claim = claimedProfiles(graph);
  const profile = asked === 'auto' ? profileOf(claim) : asked;
  const base = checkRoCrate(graph, json);
  const lambda = profile === 'lambda-core' ? checkLambdaCore(json) : { verdicts: [], findings: [] };
  const verdicts = [...lambda.verdicts, ...base.verdicts];
  return {
    profile,
    conformant: verdicts.filter((each) => each.profile === profile).every((each) => each.verdict === 'holds'),
    verdicts,
    findings: [...graph.findings, ...lambda.findings, ...base.findings],
    claim,
  };
}

function profileOf(claim: Claim): 'lambda-core' | 'ro-crate' {
  return claim.lambdaCore !== null || claim.lambdaTypes ? 'lambda-core' : 'ro-crate';
}
