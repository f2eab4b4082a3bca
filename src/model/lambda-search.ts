import type { ContractFacility, ContractTechnique } from './lambda-vocabulary.ts';

/** Parameters of a search (Facility Search API 0.1), read and checked; AND between them. */
export interface LambdaQuery {
  /** An experiment has all of them; empty: not asked for. Without padding. */
  readonly seguid: readonly string[];
  /** Case-insensitive substring. */
  readonly protein_name: string | null;
  readonly technique: ContractTechnique | null;
  readonly facility: ContractFacility | null;
  /** Case-insensitive substring. */
  readonly instrument: string | null;
  readonly is_public: boolean | null;
  /** Inclusive, whole seconds. */
  readonly creation_date_start: Date | null;
  readonly creation_date_end: Date | null;
}

/** Who an experiment is led by; each null where nobody said. */
export interface LambdaInvestigator {
  readonly name: string | null;
  readonly institute: string | null;
  /** `0000-0002-1825-0097`. */
  readonly orcid: string | null;
}

/**
 * One result. Fields the API requires are always there, null where nobody said; `pid`, `seguid` and `size` are left out
 * instead. The last ones are this service's own, which clients ignore unless they know them.
 */
export interface LambdaExperiment {
  /** Entity id of the experiment run. */
  readonly experiment_id: string;
  /** DOI or Handle its crate declares, without a prefix. */
  readonly pid?: string;
  readonly facility: ContractFacility;
  readonly facility_endpoint: string;
  readonly is_public: boolean;
  readonly seguid?: readonly string[];
  readonly protein_name: string | null;
  readonly technique: ContractTechnique | null;
  readonly instrument: string | null;
  /** First instant the collection may have begun at, `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly creation_date: string | null;
  readonly size?: number;
  readonly PI: LambdaInvestigator;
  /** The facility's code here. */
  readonly facility_code: string;
  readonly experiment_code: string | null;
  /** As its crate wrote them. */
  readonly technique_original: string | null;
  readonly creation_date_original: string | null;
  readonly crate_id: string;
  /** URL of the metadata document at this service. */
  readonly crate: string;
}

/** What a search found: the first results, and the rest in batches; iterating throws where the database fails midway. */
export interface LambdaAnswer {
  readonly first: readonly LambdaExperiment[];
  readonly rest: AsyncIterable<readonly LambdaExperiment[]> | null;
}

/** How the service stands, as the API's `/health` says it. */
export interface LambdaHealth {
  readonly status: 'healthy' | 'unhealthy';
  readonly facility: ContractFacility;
  readonly database: { readonly status: 'healthy' | 'unhealthy'; readonly latency_ms: number };
}
