import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse } from 'parse5';
import { type TypedLink, typedLink } from './typed-link.ts';

/**
 * Elements a page may have. The HTML algorithm opens formatting elements that were left open again in every paragraph, so a
 * page of a megabyte can ask for billions of elements.
 */
const MAX_ELEMENTS = 200_000;

class TooManyElements extends Error {}

/** The `<link>`s of a page. Null when it makes more elements than a page has. */
export function readHtmlLinks(html: string, pageUrl: string): readonly TypedLink[] | null {
  try {
    return linksIn(elements(html), pageUrl);
  } catch (error) {
    if (error instanceof TooManyElements) return null;
    throw error;
  }
}

type Element = DefaultTreeAdapterTypes.Element;

function linksIn(all: readonly Element[], pageUrl: string): readonly TypedLink[] {
  const written = all.find(
    (element) => element.tagName === 'base' && attribute(element, 'href') !== undefined,
  );
  const href = written === undefined ? undefined : attribute(written, 'href');
  const base = href !== undefined && URL.canParse(href, pageUrl) ? new URL(href, pageUrl).href : pageUrl;
  const links: TypedLink[] = [];
  for (const element of all) {
    if (element.tagName !== 'link') continue;
    const target = attribute(element, 'href');
    if (target === undefined) continue;
    const more = {
      href: target,
      type: attribute(element, 'type'),
      profile: attribute(element, 'profile'),
      anchor: attribute(element, 'anchor'),
    };
    for (const rel of (attribute(element, 'rel') ?? '').split(/\s+/)) {
      const link = rel === '' ? null : typedLink({ ...more, rel }, base);
      if (link !== null) links.push(link);
    }
  }
  return links;
}

/** The elements of a page in document order; walked without recursion, since they may be deep. */
function elements(html: string): readonly Element[] {
  let made = 0;
  const treeAdapter: typeof defaultTreeAdapter = {
    ...defaultTreeAdapter,
    createElement(...asked) {
      made += 1;
      if (made > MAX_ELEMENTS) throw new TooManyElements();
      return defaultTreeAdapter.createElement(...asked);
    },
  };
  const found: Element[] = [];
  const open: DefaultTreeAdapterTypes.ChildNode[] = [...parse(html, { treeAdapter }).childNodes].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!defaultTreeAdapter.isElementNode(node)) continue;
    found.push(node);
    for (let index = node.childNodes.length - 1; index >= 0; index -= 1) {
      const child = node.childNodes[index];
      if (child !== undefined) open.push(child);
    }
  }
  return found;
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}
