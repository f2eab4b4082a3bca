import type { Finding } from '../model/finding.ts';

/**
 * Findings of reading and mapping kept of one rule, as many as the checkers keep themselves: enough to mend a crate by, few
 * enough that a broken crate of a million files stays small.
 */
const MAX_FINDINGS_PER_RULE = 1_000;

/**
 * Findings as a person should get them: nothing told twice (two rooms may see one thing), and of one rule no more than a
 * thousand, with one more that says how many were left out.
 */
export function tidyFindings(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  const perRule = new Map<string, { readonly first: Finding; count: number }>();
  const kept: Finding[] = [];
  for (const finding of findings) {
    const key = `${finding.profile} ${finding.rule} ${finding.pointer} ${finding.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const rule = `${finding.profile} ${finding.layer} ${finding.rule} ${finding.severity}`;
    const tally = perRule.get(rule) ?? { first: finding, count: 0 };
    perRule.set(rule, tally);
    tally.count += 1;
    if (tally.count <= MAX_FINDINGS_PER_RULE || !isUncapped(finding)) kept.push(finding);
  }
  const more = [...perRule.values()].filter(
    (tally) => tally.count > MAX_FINDINGS_PER_RULE && isUncapped(tally.first),
  );
  return [
    ...kept,
    ...more.map(({ first, count }) => ({
      ...first,
      pointer: '',
      entity: null,
      message: `${count - MAX_FINDINGS_PER_RULE} more findings of this rule are not listed.`,
    })),
  ];
}

/** A checker counts and caps its own. */
function isUncapped(finding: Finding): boolean {
  return finding.profile === 'crate' || finding.profile === 'mapping';
}
