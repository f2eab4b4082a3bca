import { setImmediate as turn } from 'node:timers/promises';
import { type Token, Tokenizer, TokenizerMode } from 'parse5';

/** What a folder's page in HTML says. */
export interface HtmlIndex {
  /** Whether its title or heading is that of a directory listing; any other page may have links as well. */
  readonly isIndex: boolean;
  /** Whether the page came to its end. */
  readonly ended: boolean;
}

/** Characters parsed before others get a turn; some milliseconds. */
const STEP = 64 * 1024;

/** `Index of /runs/` by nginx, Apache and lighttpd, `Directory listing for /runs/` by Python. */
const INDEX_TITLE = /^\s*(?:index of|directory listing (?:for|of))\b/i;
const TITLES: readonly string[] = ['title', 'h1', 'h2'];
const TITLE_LENGTH = 64;

/** Elements whose content is text and not markup (HTML standard, "Parsing HTML fragments" step 4). */
const TEXT_CONTENT: Readonly<Record<string, (typeof TokenizerMode)[keyof typeof TokenizerMode]>> = {
  title: TokenizerMode.RCDATA,
  textarea: TokenizerMode.RCDATA,
  style: TokenizerMode.RAWTEXT,
  xmp: TokenizerMode.RAWTEXT,
  iframe: TokenizerMode.RAWTEXT,
  noembed: TokenizerMode.RAWTEXT,
  noframes: TokenizerMode.RAWTEXT,
  script: TokenizerMode.SCRIPT_DATA,
  plaintext: TokenizerMode.PLAINTEXT,
};

/**
 * Reads the links of a page, one call of `link` for each `<a href>`, as they are written. Only the tokens are made, no tree: a
 * folder of detector frames is a page of many megabytes, of which the links are all that counts.
 */
export async function readHtml(bytes: Uint8Array, link: (href: string) => void): Promise<HtmlIndex> {
  let title: string | null = null;
  let isIndex = false;
  let ended = false;
  const text = ({ chars }: Token.CharacterToken) => {
    if (title !== null && title.length < TITLE_LENGTH) title += chars;
  };
  const tokenizer = new Tokenizer(
    {},
    {
      onStartTag({ tagName, attrs }) {
        if (TITLES.includes(tagName)) title = '';
        const href = tagName === 'a' ? attrs.find((attribute) => attribute.name === 'href') : undefined;
        if (href !== undefined) link(href.value);
        tokenizer.state = TEXT_CONTENT[tagName] ?? tokenizer.state;
      },
      onEndTag({ tagName }) {
        if (TITLES.includes(tagName) && title !== null) {
          isIndex ||= INDEX_TITLE.test(title);
          title = null;
        }
        ended ||= tagName === 'html';
      },
      onCharacter: text,
      onWhitespaceCharacter: text,
      onNullCharacter() {},
      onComment() {},
      onDoctype() {},
      onEof() {},
    },
  );
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; at += STEP) {
    tokenizer.write(decoder.decode(bytes.subarray(at, at + STEP), { stream: true }), false);
    await turn();
  }
  tokenizer.write(decoder.decode(), true);
  return { isIndex, ended };
}
