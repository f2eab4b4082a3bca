import type { AdmissionPolicy } from '../config/contract.ts';
import type { PureLineResult } from './pure-line.ts';

/**
 * Whether a checked crate gets rows (design §5). A crate that cannot be read never does. A LAMBDA crate that does not
 * hold does only under `register-with-findings`. A crate that neither claims LAMBDA nor has LAMBDA types is registered as
 * what it is, a generic RO-Crate, with its own verdict shown.
 */
export function isAdmitted(result: PureLineResult, policy: AdmissionPolicy): boolean {
  if (!result.readable || result.rows === null) return false;
  if (result.profile === 'ro-crate') return true;
  return result.conformant || policy === 'register-with-findings';
}
