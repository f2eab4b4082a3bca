import type { Caller } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { PullItemReport } from '../model/reports.ts';
import { type BridgeContext, configuredSources } from './context.ts';
import { heldCrate } from './quarantine.ts';
import { registerDocument } from './register-document.ts';
import { stillHeld } from './still-held.ts';

/**
 * Reads what is stored of a crate in quarantine again, with the checker and mapper of today and the admission its source
 * has now. Nothing is fetched: crates it names are followed by the next pull.
 */
export async function retryQuarantined(
  context: BridgeContext,
  id: string,
  caller: Caller,
): Promise<Outcome<PullItemReport>> {
  const held = await heldCrate(context, id, caller);
  if (!held.ok) return held;
  const { facility, source } = held.value;
  const from = configuredSources(context.config).find((one) => one.id === `${facility}/${source}`);
  if (from === undefined) {
    return failure('usage', `${facility}/${source} is no longer configured, so nobody says what it admits.`, {
      found: `${facility}/${source}`,
      expected: 'its source in the configuration, or the crate withdrawn',
    });
  }
  const kept = await context.registry.keptVersion(held.value.crate_version_id);
  if (!kept.ok) return kept;
  if (kept.value === null) return failure('not_found', 'It is no longer in quarantine.', { found: id });
  const { document, context: told, locations } = kept.value;
  const place = locations.find((one) => one.source === source && !one.gone) ?? null;
  const documentUrl = place?.documentUrl ?? null;
  const url = place?.url ?? held.value.url ?? told.document_url;
  const known = await context.registry.knownLocations(facility, source, [url]);
  if (!known.ok) return known;
  const at = known.value.get(url) ?? null;
  // what is stored may lack what was taken out of it
  const served = at?.crateVersionId === held.value.crate_version_id ? { sha256: at.sha256 } : {};
  const registered = await registerDocument(
    context,
    from,
    {
      place: url,
      document: {
        kind: 'document',
        bytes: document.bytes,
        mediaType: document.mediaType,
        url: told.document_url,
        etag: place?.etag ?? null,
        lastModified: place?.lastModified ?? null,
        ...(documentUrl === null ? {} : { documentUrl }),
      },
      ...served,
    },
    {
      pull: null,
      parent: null,
      depth: 0,
      declared: [],
      fetch: null,
      known: at,
      dryRun: false,
    },
  );
  return success(await stillHeld(context, registered));
}
