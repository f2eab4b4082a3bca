import type { Collector } from '../../collector.ts';
import { about, carriesOrDeclares, type LambdaGraph, pointerOf } from '../graph.ts';
import { PROFILE_FRAGMENT, RO_CRATE_FRAGMENT, RULES_VERSION } from '../versions.ts';
import { referencesOf } from './references.ts';

/** R9: the root carries a licence and a publication date, or declares each missing. A key counts whatever its value. */
export function rootFieldsRule({ root }: LambdaGraph, report: Collector): void {
  if (root === null) return;
  for (const field of ['license', 'datePublished']) {
    if (carriesOrDeclares(root, [field])) continue;
    report.error('graph', 'R9', () =>
      about(
        root,
        `The root has no \`${field}\` and does not declare it; give it, or add {"field": "${field}", "reason": …, "blocks": …} to \`missing\`.`,
      ),
    );
  }
}

const CLAIMS = [
  [PROFILE_FRAGMENT, 'the LAMBDA Core profile', `https://w3id.org/lambda/profile/core/${RULES_VERSION}`],
  [RO_CRATE_FRAGMENT, 'an RO-Crate version', 'https://w3id.org/ro/crate/1.2'],
] as const;

/** R7: the root's `conformsTo` names the profile and an RO-Crate version, whichever. */
export function claimRule({ root }: LambdaGraph, report: Collector): void {
  if (root === null) return;
  const claimed = [...referencesOf(root, 'conformsTo')];
  for (const [fragment, what, example] of CLAIMS) {
    if (claimed.some(({ id }) => id.includes(fragment))) continue;
    report.error('graph', 'R7', () =>
      about(
        root,
        `The root's \`conformsTo\` does not name ${what}; add {"@id": "${example}"}.`,
        pointerOf(root, 'conformsTo'),
      ),
    );
  }
}
