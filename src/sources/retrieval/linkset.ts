import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { readLinkHeader } from './link-header.ts';
import { type TypedLink, typedLink } from './typed-link.ts';

export const LINKSET_TYPES: readonly string[] = ['application/linkset+json', 'application/linkset'];

/**
 * The links of a linkset document (RFC 9264): `application/linkset` (§4.1) or `application/linkset+json` (§4.2). Null when it
 * cannot be read as what it says it is.
 */
export function readLinkset(text: string, mediaType: string, url: string): readonly TypedLink[] | null {
  // Members of a document in the header's format may stand on lines of their own.
  if (mediaType === 'application/linkset') return readLinkHeader(text.replace(/\s*[\r\n]+\s*/g, ' '), url);
  const sets = parsed(text);
  return sets === null ? null : sets.flatMap((set) => (isJsonObject(set) ? linksIn(set, url) : []));
}

function parsed(text: string): readonly JsonValue[] | null {
  try {
    const json: JsonValue = JSON.parse(text);
    const sets = isJsonObject(json) ? json['linkset'] : undefined;
    return isJsonArray(sets) ? sets : null;
  } catch {
    return null;
  }
}

/** One link context object: its anchor, and a list of targets for each relation (RFC 9264 §4.2.2). */
function linksIn(context: JsonObject, url: string): readonly TypedLink[] {
  const { anchor } = context;
  return Object.entries(context).flatMap(([rel, targets]) => {
    if (rel === 'anchor' || !isJsonArray(targets)) return [];
    return targets.flatMap((target) => {
      if (!isJsonObject(target) || typeof target['href'] !== 'string') return [];
      const { href, type, profile } = target;
      const link = typedLink(
        {
          href,
          rel,
          type: typeof type === 'string' ? type : undefined,
          profile: [profile ?? []].flat().filter((one) => typeof one === 'string'),
          anchor: typeof anchor === 'string' ? anchor : undefined,
        },
        url,
      );
      return link === null ? [] : [link];
    });
  });
}
