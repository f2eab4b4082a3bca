import type { Caller } from '../model/caller.ts';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import type { Pointer, Verification } from '../model/pointer.ts';
import type { PointerRecord } from '../registry/contract.ts';
import type { ProofResult, ProvenStream } from '../storage/contract.ts';
import { fileScheme } from '../storage/file.ts';
import { httpScheme } from '../storage/http.ts';
import { openProven } from '../storage/open.ts';
import { authorised, targetFor } from '../storage/target.ts';
import type { BridgeContext } from './context.ts';
import type { DescribedFile, OpenedFile, OpenRequest } from './contract.ts';
import { findPointer, storageRuleFor } from './resolve.ts';
import { withoutScope } from './without-scope.ts';

/** A superseded pointer this small is tried all the same: whether its place still holds its own bytes is cheap to prove. */
const TRY_SUPERSEDED_MAX_BYTES = 1024 * 1024;

/**
 * Resolves a pointer and opens its bytes under proof. Every attempt that reaches for bytes is recorded as a verification;
 * one without any proof is audited too.
 */
export async function openFile(
  context: BridgeContext,
  request: OpenRequest,
  caller: Caller,
): Promise<Outcome<OpenedFile>> {
  const resolved = await resolvable(context, request.file, caller);
  if (!resolved.ok) return resolved;
  const { record, uri } = resolved.value;
  const attempt = startAttempt(context, record.pointer, uri, caller, request.door);

  const stream = await openStream(context, record, uri, request);
  if (!stream.ok) {
    await attempt.finish({
      outcome: refusalOutcome(stream.failure),
      sha256Found: stream.failure.code === 'checksum_mismatch' ? hexOrNull(stream.failure.found) : null,
      bytesRead: 0,
      failure: stream.failure,
    });
    return withSuccessor(record, stream.failure);
  }
  if (!stream.value.verified) {
    await context.registry.recordAudit({
      caller: caller.name,
      action: 'content.unverified',
      subject: record.pointer.id,
      detail: { storage_uri: uri, door: request.door },
      at: context.now(),
    });
  }
  // A door that awaits `proof` may be sure that the verification is on record by then.
  const proof = stream.value.proof.then(async (result) => {
    await attempt.finish(result);
    return result;
  });
  return success({ file: described(record, uri), stream: { ...stream.value, proof } });
}

/** What can be said of a file's bytes without reading them. The same refusals as `openFile` that need no origin. */
export async function describeFile(
  context: BridgeContext,
  file: string,
  caller: Caller,
): Promise<Outcome<DescribedFile>> {
  const resolved = await resolvable(context, file, caller);
  if (!resolved.ok) return resolved;
  const { record, uri } = resolved.value;
  const rule = storageRuleFor(context, record);
  if (!rule.ok) return rule;
  return success({ file: described(record, uri), verifiable: record.pointer.sha256 !== null });
}

async function openStream(
  context: BridgeContext,
  record: PointerRecord,
  uri: string,
  request: OpenRequest,
): Promise<Outcome<ProvenStream>> {
  const rule = storageRuleFor(context, record);
  if (!rule.ok) return rule;
  const place = targetFor(rule.value, uri);
  if (!place.ok) return place;
  const target = await authorised(place.value, rule.value, context.secrets);
  if (!target.ok) return target;
  const schemes = { http: httpScheme(await context.httpFor(rule.value.facility)), file: fileScheme() };
  return openProven(record.pointer, target.value, schemes, {
    signal: request.signal,
    allowUnverified: request.unverified,
  });
}

async function resolvable(
  context: BridgeContext,
  file: string,
  caller: Caller,
): Promise<Outcome<{ readonly record: PointerRecord; readonly uri: string }>> {
  const found = await findPointer(context, file, caller);
  if (!found.ok) return found;
  const record = found.value;
  if (!record.contentAllowed) {
    const doing = `Reading the bytes of ${record.file_name}`;
    return withoutScope(caller, 'content:read', doing, ` for ${record.facility}`);
  }
  if (record.state === 'superseded' && !mayStillHold(record)) return superseded(record);
  const rule = storageRuleFor(context, record);
  if (!rule.ok) return withSuccessor(record, rule.failure);
  return record.pointer.storage_uri === null
    ? failure('no_storage_uri', `${record.file_name} has no storage_uri.`)
    : success({ record, uri: record.pointer.storage_uri });
}

/** Rule 3: a superseded pointer answers only while its storage_uri may still hold its own bytes. */
function mayStillHold(record: PointerRecord): boolean {
  const { pointer, successor } = record;
  if (pointer.sha256 === null) return false;
  if (successor === null || successor.storage_uri !== pointer.storage_uri) return true;
  return pointer.file_size_bytes !== null && pointer.file_size_bytes <= TRY_SUPERSEDED_MAX_BYTES;
}

function superseded(record: PointerRecord): Outcome<never> {
  const next = record.successor;
  return failure(
    'superseded',
    hasMoved(record)
      ? `${record.file_name} lies elsewhere now; this id names the place it had before.`
      : `${record.file_name} has changed at its facility; this id names the bytes it had before.`,
    {
      where: record.pointer.id,
      ...(next === null ? {} : { successor: next.id, expected: `the file as it is now: ${next.id}` }),
    },
  );
}

/** The same bytes have another place. */
function hasMoved({ pointer, successor }: PointerRecord): boolean {
  return (
    successor !== null &&
    pointer.sha256 !== null &&
    successor.sha256 === pointer.sha256 &&
    successor.file_size_bytes === pointer.file_size_bytes
  );
}

/** A superseded pointer whose place no longer holds its bytes is gone, not corrupt; one that moved, whatever is there now. */
function withSuccessor(record: PointerRecord, reason: Failure): Outcome<never> {
  const replaced = ['checksum_mismatch', 'size_mismatch', 'trailing_data', 'truncated', 'upstream_missing'];
  return record.state === 'superseded' && (replaced.includes(reason.code) || hasMoved(record))
    ? superseded(record)
    : { ok: false, failure: reason };
}

function described(record: PointerRecord, uri: string): OpenedFile['file'] {
  const { pointer } = record;
  return {
    id: pointer.id,
    file_name: record.file_name,
    encoding_format: record.encoding_format,
    sha256: pointer.sha256,
    file_size_bytes: pointer.file_size_bytes,
    storage_uri: uri,
  };
}

type AttemptResult = Omit<ProofResult, 'outcome'> & { readonly outcome: Verification['outcome'] };

function startAttempt(
  context: BridgeContext,
  pointer: Pointer,
  uri: string,
  caller: Caller,
  door: OpenRequest['door'],
): { finish(result: AttemptResult): Promise<void> } {
  const startedAt = context.now().toISOString();
  return {
    finish: async (result) => {
      await context.registry.recordVerification({
        pointer_id: pointer.id,
        storage_uri: uri,
        outcome: result.outcome,
        sha256_expected: pointer.sha256,
        sha256_found: result.sha256Found,
        size_expected: pointer.file_size_bytes,
        bytes_read: result.bytesRead,
        failure_code: result.failure?.code ?? null,
        caller: caller.name,
        door,
        started_at: startedAt,
        finished_at: context.now().toISOString(),
      });
    },
  };
}

function refusalOutcome(reason: Failure): Verification['outcome'] {
  switch (reason.code) {
    case 'checksum_mismatch':
    case 'size_mismatch':
    case 'trailing_data':
      return 'mismatch';
    case 'truncated':
      return 'truncated';
    case 'unreachable':
    case 'timed_out':
    case 'upstream_status':
    case 'upstream_missing':
      return 'unreachable';
    default:
      return 'refused';
  }
}

function hexOrNull(text: string | undefined): string | null {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : null;
}
