import type { Caller } from '../model/caller.ts';
import { failed, type Outcome, success } from '../model/failure.ts';
import type { LambdaAnswer, LambdaExperiment, LambdaHealth, LambdaQuery } from '../model/lambda-search.ts';
import { contractFacility, contractTechnique } from '../model/lambda-vocabulary.ts';
import type { FoundExperiment } from '../registry/contract.ts';
import { RegistryError } from '../registry/rebuild.ts';
import type { BridgeContext } from './context.ts';

/** Answers a search of the Facility Search API over what is registered and the caller may see. */
export async function lambdaSearch(
  context: BridgeContext,
  query: LambdaQuery,
  base: string,
  caller: Caller,
): Promise<Outcome<LambdaAnswer>> {
  const open = openFacilities(context);
  const at = context.config.publicUrl ?? base;
  const translated = (batch: readonly FoundExperiment[]) =>
    batch.map((experiment) => inContractWords(experiment, at, open));
  const found = context.registry.lambdaSearch(query, [...open], caller)[Symbol.asyncIterator]();
  try {
    const first = await found.next();
    const second = first.done === true ? first : await found.next();
    return success({
      first: first.done === true ? [] : translated(first.value),
      rest: second.done === true ? null : everyBatch(second, found, translated),
    });
  } catch (error) {
    // before the answer has begun, this is a failure like any other
    if (error instanceof RegistryError) return failed(error.failure);
    throw error;
  }
}

async function* everyBatch(
  second: IteratorResult<readonly FoundExperiment[]>,
  found: AsyncIterator<readonly FoundExperiment[]>,
  translated: (batch: readonly FoundExperiment[]) => readonly LambdaExperiment[],
): AsyncGenerator<readonly LambdaExperiment[]> {
  for (let batch = second; batch.done !== true; batch = await found.next()) yield translated(batch.value);
}

function inContractWords(found: FoundExperiment, base: string, open: ReadonlySet<string>): LambdaExperiment {
  const pid = persistentIdentifier(found.identifiers);
  return {
    experiment_id: found.entity_id,
    ...(pid === null ? {} : { pid }),
    facility: contractFacility(found.facility),
    facility_endpoint: `${base}/lambda/v1`,
    is_public: open.has(found.facility),
    ...(found.seguid.length === 0 ? {} : { seguid: found.seguid }),
    protein_name: found.protein_name,
    technique: contractTechnique(found.technique, found.technique_written),
    instrument: found.instrument,
    creation_date: found.creation_date,
    ...(found.bytes_referenced === 0 ? {} : { size: found.bytes_referenced }),
    PI: found.investigator ?? { name: null, institute: null, orcid: null },
    facility_code: found.facility,
    experiment_code: found.experiment_code,
    technique_original: found.technique_written ?? found.technique,
    creation_date_original: found.date_written,
    crate_id: found.crate_id,
    crate: `${base}/api/v1/crates/${found.crate_id}/ro-crate-metadata.json`,
  };
}

/** Facilities whose bytes anybody may read: what `is_public` means ("data is publicly accessible", draft of 2025-12-08). */
function openFacilities(context: BridgeContext): ReadonlySet<string> {
  const open = context.config.facilities.filter(
    ({ access }) => access.metadata === 'public' && access.content === 'public',
  );
  return new Set(open.map(({ code }) => code));
}

/** A DOI (DOI Handbook §2.2: `10.` and a registrant) or a Handle that is written as one, without what resolves it. */
const PERSISTENT =
  /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:|info:doi\/|https?:\/\/hdl\.handle\.net\/|hdl:|handle:)?((?:10\.\d{4,9}|\d{2,}(?:\.\d+)+)\/\S+)$/i;

function persistentIdentifier(identifiers: readonly string[]): string | null {
  const found = identifiers.flatMap((identifier) => PERSISTENT.exec(identifier.trim())?.[1] ?? []);
  return found.find((identifier) => identifier.startsWith('10.')) ?? found[0] ?? null;
}

/** How the service stands. Its facility is the one whose metadata is public, where there is one alone. */
export async function lambdaHealth(context: BridgeContext): Promise<LambdaHealth> {
  const words = new Set(
    context.config.facilities
      .filter(({ access }) => access.metadata === 'public')
      .map(({ code }) => contractFacility(code)),
  );
  const [only = 'other', ...more] = words;
  const started = performance.now();
  const ping = await context.registry.ping();
  const status = ping.ok ? 'healthy' : 'unhealthy';
  const latency = Math.round((performance.now() - started) * 10) / 10;
  return { status, facility: more.length === 0 ? only : 'other', database: { status, latency_ms: latency } };
}
