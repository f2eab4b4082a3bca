import type { Collector } from '../collector.ts';
import type { LambdaGraph } from './graph.ts';
import { adviseGraph } from './graph-advice.ts';
import { blocksRule, contradictionRule } from './rules/absence.ts';
import { identityRules, interactionRule } from './rules/molecules.ts';
import { fileTypeRule, partPointerRule } from './rules/parts.ts';
import { descriptorRule, partsRule, rootRule } from './rules/references.ts';
import { claimRule, rootFieldsRule } from './rules/root.ts';

/** Layer 3: the rules across entities, in the order the reference checker reports them. */
const RULES: readonly ((graph: LambdaGraph, report: Collector) => void)[] = [
  descriptorRule,
  rootRule,
  partsRule,
  identityRules,
  interactionRule,
  partPointerRule,
  fileTypeRule,
  rootFieldsRule,
  claimRule,
  blocksRule,
  contradictionRule,
];

export function checkGraph(graph: LambdaGraph, report: Collector): void {
  for (const rule of RULES) rule(graph, report);
  adviseGraph(graph, report);
}
