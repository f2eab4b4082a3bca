import { randomUUID } from 'node:crypto';
import { type Caller, holds } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { closest } from '../model/spelling.ts';
import { type BridgeContext, type ConfiguredSource, configuredSources } from './context.ts';
import type { PullRequest } from './contract.ts';

/** A pull that has an id and may run now or in the background. */
export interface PreparedPull {
  readonly id: string;
  readonly from: ConfiguredSource;
}

/**
 * Chooses the sources a request names and gives each pull its id. Fails with `denied` without the scope `pulls:write`, with
 * `usage` for a source that is not configured.
 */
export function preparePulls(
  context: BridgeContext,
  request: PullRequest,
  caller: Caller,
): Outcome<readonly PreparedPull[]> {
  if (!holds(caller, 'pulls:write')) {
    return failure(
      caller.kind === 'anonymous' ? 'unauthenticated' : 'denied',
      'Pulling needs a token with the scope pulls:write.',
      {
        expected: 'pulls:write',
      },
    );
  }
  const all = configuredSources(context.config);
  if (request.sources.length === 0) {
    return all.length > 0
      ? success(all.map((from) => ({ id: randomUUID(), from })))
      : failure('usage', 'No source is configured: name facilities and their sources in crate-bridge.json.', {
          expected: 'a configuration with at least one source (--config PATH)',
        });
  }
  const chosen: ConfiguredSource[] = [];
  for (const name of request.sources) {
    const matching = all.filter((s) => s.id === name || s.source.name === name);
    if (matching.length === 0) {
      const near = closest(
        name,
        all.flatMap((s) => [s.id, s.source.name]),
      );
      return failure(
        'usage',
        `No source is called ${name}.${near === null ? '' : ` Did you mean ${near}?`}`,
        {
          found: name,
          expected: all.map((s) => s.id).join(', ') || 'a configured source; there are none',
        },
      );
    }
    for (const source of matching) if (!chosen.includes(source)) chosen.push(source);
  }
  return success(chosen.map((from) => ({ id: randomUUID(), from })));
}
