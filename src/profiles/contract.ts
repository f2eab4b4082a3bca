/*
 * What this room exports (one file each). Everything here is pure and total: whatever the JSON, it returns findings and
 * never throws.
 *
 * lambda-core/check.ts  checkLambdaCore(json: JsonValue): { verdicts: Verdict[]; findings: Finding[] }
 * ro-crate/check.ts     checkRoCrate(graph: CrateGraph, json: JsonValue): { verdicts: Verdict[]; findings: Finding[] }
 * claim.ts              claimedProfiles(graph: CrateGraph): Claim
 * lambda-record/check.ts checkRecord(json: JsonValue): { verdicts: RecordVerdict[]; findings: RecordFinding[] }
 * check.ts              checkCrate(json, graph, asked: ProfileChoice): CheckResult   — runs what applies
 */
import type { Finding, Verdict } from '../model/finding.ts';

/** Which profiles a crate says it follows, and whether it has LAMBDA types whatever it says. */
export interface Claim {
  /** Version in a root or descriptor `conformsTo` that names `lambda/profile/core`; `''` when it has no version. */
  readonly lambdaCore: string | null;
  readonly roCrate: string | null;
  /** Whether any entity carries a `lambda:` type. */
  readonly lambdaTypes: boolean;
}

/** All verdicts and findings of a document, for the profile asked. */
export interface CheckResult {
  readonly profile: 'lambda-core' | 'ro-crate';
  /** Holds for `profile`: each of its verdicts is `holds`. */
  readonly conformant: boolean;
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly claim: Claim;
}

/** Changes whenever a rule changes, so that a crate is checked again by newer rules. */
export const CHECKER_VERSION = 'lambda-core/0.3.3+1';
