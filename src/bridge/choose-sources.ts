import { failure, type Outcome, success } from '../model/failure.ts';
import { closest } from '../model/spelling.ts';
import { type ConfiguredSource, configuredSources, type Outbound } from './context.ts';

/** The sources that names (`name` or `facility/name`) mean, none twice; `usage` for one that is not configured. */
export function chooseSources(
  context: Pick<Outbound, 'config'>,
  names: readonly string[],
): Outcome<readonly ConfiguredSource[]> {
  const all = configuredSources(context.config);
  const chosen: ConfiguredSource[] = [];
  for (const name of names) {
    const matching = all.filter((s) => s.id === name || s.source.name === name);
    if (matching.length === 0) {
      const near = closest(
        name,
        all.flatMap((s) => [s.id, s.source.name]),
      );
      return failure(
        'usage',
        `No source is called ${name}.${near === null ? '' : ` Did you mean ${near}?`}`,
        { found: name, expected: all.map((s) => s.id).join(', ') || 'a configured source; there are none' },
      );
    }
    for (const source of matching) if (!chosen.includes(source)) chosen.push(source);
  }
  return success(chosen);
}
