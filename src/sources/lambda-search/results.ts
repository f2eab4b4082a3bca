import { failure, type Outcome, success } from '../../model/failure.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { CrateRef } from '../contract.ts';
import type { Problems } from '../problems.ts';
import type { CrateUrl } from './crate-url.ts';
import { collected } from './window.ts';

/** Results read of one answer. */
const MOST_RESULTS = 250_000;
/** How far a clock at the facility may be ahead of this one; later dates are mistakes and move no window. Milliseconds. */
const AHEAD = 24 * 60 * 60 * 1000;

/** What an answer of the search says. */
export interface ReadResults {
  /** One for each crate, in the order of the answer. */
  readonly refs: readonly CrateRef[];
  /** Whether it held together: every result that counts led to a crate, and there were as many as it says. */
  readonly whole: boolean;
  /** Newest date collected, milliseconds since 1970. */
  readonly newest: number | null;
}

/**
 * Reads the results of a search, whatever draft of the API they follow: unknown fields are ignored, and what is wrong with a
 * result is that result's problem. Fails where there are no results at all to read.
 */
export function readResults(
  answer: JsonObject,
  options: {
    readonly match: Readonly<Record<string, string>>;
    readonly crateUrl: CrateUrl;
    readonly problems: Problems;
    readonly now: Date;
    /** Where the answer came from. */
    readonly where: string;
  },
): Outcome<ReadResults> {
  const { problems, where } = options;
  const { results, count } = answer;
  if (!isJsonArray(results)) {
    const message = 'The answer has no list of results; is this the address of a Facility Search API?';
    return failure('unreadable', message, { where, expected: '"results": […]' });
  }
  const told = results.length === count;
  if (!told) {
    const said =
      count === undefined ? 'says no count' : `says a count of ${JSON.stringify(count).slice(0, 20)}`;
    problems.add({
      code: 'unreadable',
      message: `The answer ${said} and has ${results.length} results; it may have been cut.`,
      where,
      expected: String(results.length),
    });
  }
  const cut = results.length > MOST_RESULTS;
  if (cut) {
    const message = `The answer has ${results.length} results; the first ${MOST_RESULTS} were read. Narrow the source by "query".`;
    problems.add({ code: 'too_large', message, where });
  }
  const urls = new Set<string>();
  const latest = options.now.getTime() + AHEAD;
  let newest: number | null = null;
  let lost = false;
  results.slice(0, MOST_RESULTS).forEach((result, index) => {
    const wrong = (reason: string, facts: object = {}) =>
      problems.add({
        code: 'unreadable',
        message: `${named(result, index)}: ${reason}`,
        where: `/results/${index}`,
        ...facts,
      });
    if (!isJsonObject(result)) {
      wrong('It is no object.');
      lost = true;
      return;
    }
    if (!meets(result, options.match)) return;
    const date = collected(result);
    if (date === undefined)
      wrong('Its date is none, so it moves no window.', { expected: 'YYYY-MM-DDTHH:MM:SSZ' });
    else if (date !== null && date <= latest) newest = Math.max(newest ?? date, date);
    const url = options.crateUrl(result);
    if (url.ok) urls.add(url.value);
    else {
      const { message, ...facts } = url.failure;
      wrong(message, facts);
      lost = true;
    }
  });
  return success({ refs: [...urls].map((url) => ({ url })), whole: told && !cut && !lost, newest });
}

function named(result: JsonValue, index: number): string {
  const id = isJsonObject(result) ? result['experiment_id'] : undefined;
  return `Result ${index + 1}${typeof id === 'string' ? ` (${id.slice(0, 100)})` : ''}`;
}

/** Whether a result's fields have these values, written as text. */
function meets(result: JsonObject, match: Readonly<Record<string, string>>): boolean {
  return Object.entries(match).every(([name, value]) => {
    const found = Object.hasOwn(result, name) ? result[name] : undefined;
    return found !== undefined && found !== null && typeof found !== 'object' && String(found) === value;
  });
}
