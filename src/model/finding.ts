/** A layer of a check. `document` and `entity` are schema layers, `graph` holds the rules across entities (R1-R13). */
export type FindingLayer = 'document' | 'entity' | 'graph';

/** The profile a finding or verdict belongs to. `crate` is our own reading of the bytes, `mapping` what rows lost. */
export type FindingProfile = 'lambda-core' | 'ro-crate' | 'crate' | 'mapping';

/**
 * One thing a check has to say about a document. Errors decide a verdict, warnings never do.
 * `pointer` is a JSON Pointer (RFC 6901) into the document as written; null only when the document could not be parsed.
 */
export interface Finding {
  readonly layer: FindingLayer;
  /** `R1`…`R13` for LAMBDA Core graph rules, else a kebab-case name such as `unexpected-property`. */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly profile: FindingProfile;
  readonly pointer: string | null;
  /** The raw `@id` of the entity as written, where there is one. */
  readonly entity: string | null;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** Whether one layer of one profile holds. `not-run` is never a pass: `reason` says why it did not run. */
export interface Verdict {
  readonly profile: 'lambda-core' | 'ro-crate';
  /** Version the rules were taken from, such as `0.3.3` or `1.2`. */
  readonly version: string | null;
  readonly layer: FindingLayer;
  readonly verdict: 'holds' | 'does-not-hold' | 'not-run';
  readonly reason?: string;
}

/** What was asked of `validate`: a profile by name, or whatever the crate claims. */
export type ProfileChoice = 'lambda-core' | 'ro-crate' | 'auto';

/** One document's report, as `crate-bridge validate --json` prints it. */
export interface ValidationReport {
  readonly source: string;
  /** Holds for the profile asked: every verdict of that profile is `holds`. */
  readonly conformant: boolean;
  readonly profile: 'lambda-core' | 'ro-crate';
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
}
