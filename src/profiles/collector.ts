import type { Finding, FindingLayer, FindingProfile } from '../model/finding.ts';

/** Findings of one rule that are listed; the rest are counted. A hostile document must not fill the memory with messages. */
export const LISTED_PER_RULE = 1000;

/** What a finding says once it is known that it will be listed. */
export interface FindingDetail {
  /** JSON Pointer into the document as written. */
  readonly pointer: string;
  readonly entity: string | null;
  readonly message: string;
}

/** A finding of one profile. */
export type FindingOf<P extends string> = Omit<Finding, 'profile'> & { readonly profile: P };

/** Gathers the findings of one profile, in the order they are reported. */
export interface Collector<P extends string = FindingProfile> {
  /** `detail` runs only while its rule has room, so that a message nobody reads costs nothing. */
  error(layer: FindingLayer, rule: string, detail: () => FindingDetail): void;
  warning(layer: FindingLayer, rule: string, detail: () => FindingDetail): void;
  /** Errors reported in a layer, listed or not. */
  errors(layer: FindingLayer): number;
  /** All listed findings, then one line for each rule that had more. */
  findings(): FindingOf<P>[];
}

interface Tally {
  readonly layer: FindingLayer;
  readonly rule: string;
  readonly severity: Finding['severity'];
  count: number;
}

export function createCollector<P extends string>(profile: P): Collector<P> {
  const listed: FindingOf<P>[] = [];
  const tallies = new Map<string, Tally>();
  const errorsOf: Record<FindingLayer, number> = { document: 0, entity: 0, graph: 0 };

  const report = (
    severity: Finding['severity'],
    layer: FindingLayer,
    rule: string,
    detail: () => FindingDetail,
  ): void => {
    if (severity === 'error') errorsOf[layer] += 1;
    const key = `${severity} ${layer} ${rule}`;
    const tally = tallies.get(key) ?? { layer, rule, severity, count: 0 };
    tallies.set(key, tally);
    tally.count += 1;
    if (tally.count <= LISTED_PER_RULE) listed.push({ layer, rule, severity, profile, ...detail() });
  };

  return {
    error: (layer, rule, detail) => report('error', layer, rule, detail),
    warning: (layer, rule, detail) => report('warning', layer, rule, detail),
    errors: (layer) => errorsOf[layer],
    findings: () => [
      ...listed,
      ...[...tallies.values()]
        .filter((tally) => tally.count > LISTED_PER_RULE)
        .map(({ layer, rule, severity, count }) => ({
          layer,
          rule,
          severity,
          profile,
          pointer: '',
          entity: null,
          message: `${count - LISTED_PER_RULE} more findings of rule ${rule} are not listed; the first ${LISTED_PER_RULE} are.`,
        })),
    ],
  };
}
