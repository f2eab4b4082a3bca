/** A link of a page to something else (RFC 8288 §2), its target absolute. One relation each. */
export interface TypedLink {
  readonly href: string;
  /** Lower case. */
  readonly rel: string;
  /** Media type without parameters, lower case; null where the link does not say. */
  readonly type: string | null;
  /** URIs of the profiles the target is said to follow (RFC 6906). */
  readonly profiles: readonly string[];
  /** What the link is of, where that is said: absolute. Null: the page it stands on. */
  readonly anchor: string | null;
}

/** A link from what was written of it; null when its target is no web address. `base` is what relative ones stand on. */
export function typedLink(
  written: {
    readonly href: string;
    readonly rel: string;
    readonly type?: string | undefined;
    readonly profile?: string | readonly string[] | undefined;
    readonly anchor?: string | undefined;
  },
  base: string,
): TypedLink | null {
  const href = webAddress(written.href, base);
  if (href === null) return null;
  const { anchor, profile = [] } = written;
  const type = (written.type ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return {
    href,
    rel: written.rel.trim().toLowerCase(),
    type: type === '' ? null : type,
    profiles: [profile].flat().flatMap((text) => text.split(/\s+/).filter((part) => part !== '')),
    anchor: anchor === undefined ? null : (webAddress(anchor, base) ?? ''),
  };
}

/** The links that are of one of these pages; those with an anchor elsewhere tell of something else. */
export function linksOf(links: readonly TypedLink[], pages: readonly string[]): readonly TypedLink[] {
  const own = new Set(pages.map(comparable));
  return links.filter(({ anchor }) => anchor === null || own.has(comparable(anchor)));
}

/** A URL for telling whether two are of one page: without its fragment. */
export function comparable(url: string): string {
  return url.replace(/#.*$/s, '');
}

function webAddress(written: string, base: string): string | null {
  if (!URL.canParse(written.trim(), base)) return null;
  const url = new URL(written.trim(), base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}
