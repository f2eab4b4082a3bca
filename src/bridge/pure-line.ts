import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { needsExpansion, readGraph, readGraphExpanded } from '../crate/graph.ts';
import { parseDocument } from '../crate/parse.ts';
import { followMoves } from '../mapping/follow-moves.ts';
import { mapCrate } from '../mapping/lambda-core/map.ts';
import type { Finding, ProfileChoice, Verdict } from '../model/finding.ts';
import { identityUrl } from '../model/rebase.ts';
import type { CrateRows, MappingContext, Rebase } from '../model/rows.ts';
import { checkCrate } from '../profiles/check.ts';
import { tidyFindings } from './findings.ts';
import { type RedactedBytes, redactedBytes } from './redacted-bytes.ts';

/** What the pure line is asked: bytes in, findings and rows out; no clock, network, database or file system. */
export interface PureLineRequest {
  readonly bytes: Uint8Array;
  readonly context: MappingContext;
  readonly profile: ProfileChoice;
  /** False for a mere check. */
  readonly map: boolean;
  /** Entities that are taken out of the document before anything is read: sha256 (hex) of their IRIs. */
  readonly without?: readonly string[];
}

export interface PureLineResult {
  /** Identity IRI; for a document that cannot be read, the one its URL gives. */
  readonly crateIri: string;
  /** False when the bytes are no JSON, name no root, or hold text a database cannot: such a crate never has rows. */
  readonly readable: boolean;
  readonly profile: 'lambda-core' | 'ro-crate';
  readonly conformant: boolean;
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  /** Null when it was not asked for or the document is not readable. */
  readonly rows: CrateRows | null;
  /** Those of the context's rebases that rows followed: what is to be kept with them. */
  readonly rebases: readonly Rebase[];
  /** What is left of the document, and is all that may be kept of it; null where nothing was to be taken out. */
  readonly redacted: RedactedBytes | null;
}

/** Parse, check and map one metadata document. Total: whatever the bytes, it answers. */
export async function runPureLine(request: PureLineRequest): Promise<PureLineResult> {
  // Named after the first place; what it points at is where it is now.
  const at = { documentUrl: identityUrl(request.context) };
  const redacted =
    request.without === undefined || request.without.length === 0
      ? null
      : await redactedBytes(request.bytes, at.documentUrl, request.without);
  const parsed = parseDocument(redacted?.bytes ?? request.bytes, DEFAULT_LIMITS);
  const json = parsed.json ?? null;
  const graph = readGraph(json, at);
  const check = checkCrate(json, graph, request.profile);
  const readable =
    parsed.json !== undefined && graph.root !== null && !parsed.findings.some((f) => f.severity === 'error');
  const mapped = !(request.map && readable)
    ? null
    : followMoves(
        mapCrate(needsExpansion(json) ? await readGraphExpanded(json, at) : graph, request.context),
        request.context.rebases,
      );
  return {
    crateIri: graph.crateIri,
    readable,
    profile: check.profile,
    conformant: check.conformant && parsed.findings.every((f) => f.severity !== 'error'),
    verdicts: check.verdicts,
    findings: tidyFindings([...parsed.findings, ...check.findings, ...(mapped?.rows.findings ?? [])]),
    rows: mapped?.rows ?? null,
    rebases: mapped?.followed ?? request.context.rebases ?? [],
    redacted,
  };
}
