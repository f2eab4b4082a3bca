import { type PrimitiveValue, parseTemplate } from 'url-template';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';

/** Longest URL of a crate; an index of the registry holds it whole. */
const LONGEST_URL = 2000;

/** Where a result's crate is, or why nobody knows. */
export type CrateUrl = (result: JsonObject) => Outcome<string>;

/**
 * The URL a template (RFC 6570) makes of a result's fields. A template that begins with a variable begins with a URL, so that
 * `{facility_endpoint}/…` is read as `{+facility_endpoint}/…`: escaped, it could never be one.
 */
export function byTemplate(template: string): CrateUrl {
  const wanted = variablesOf(template);
  const { expand } = parseTemplate(template.replace(/^\{(?=[A-Za-z0-9_%])/, '{+'));
  return (result) => {
    const values: Record<string, PrimitiveValue> = {};
    for (const name of wanted) {
      const value = Object.hasOwn(result, name) ? result[name] : undefined;
      if (!isScalar(value) || value === '') {
        const message = `It has no ${name}, which the URL of its crate is made of.`;
        return failure('unreadable', message, { expected: `${name}: a text or a number` });
      }
      values[name] = value;
    }
    return webUrl(expand(values));
  };
}

/** The web address of a result's persistent identifier. */
export const byPid: CrateUrl = (result) => {
  const { pid } = result;
  if (typeof pid !== 'string' || pid.trim() === '') {
    const message = 'It has no pid to follow to its crate; say how its URL is made with "crate".';
    return failure('unreadable', message, { expected: 'pid: a DOI or a Handle' });
  }
  return webUrl(resolverUrl(pid.trim()));
};

/** DOIs and Handles are written bare, with a scheme, or as the URL that resolves them. */
function resolverUrl(pid: string): string {
  const [, scheme = '', name = ''] = /^(doi:|info:doi\/|hdl:|handle:)?(.*)$/is.exec(pid) ?? [];
  const path = () => name.split('/').map(encodeURIComponent).join('/');
  if (/^(?:doi:|info:doi\/)$/i.test(scheme) || /^10\.\d{4,9}\//.test(name))
    return `https://doi.org/${path()}`;
  if (scheme !== '' || /^\d+(?:\.\d+)*\/./.test(name)) return `https://hdl.handle.net/${path()}`;
  return pid;
}

function webUrl(text: string): Outcome<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username + url.password !== '') {
    const message = 'The URL of its crate is no http or https URL.';
    return failure('unreadable', message, { expected: 'https://…', found: text.slice(0, 200) });
  }
  url.hash = '';
  if (url.href.length > LONGEST_URL) {
    const message = `The URL of its crate is longer than ${LONGEST_URL} characters.`;
    return failure('too_large', message, { found: `${text.slice(0, 100)}…` });
  }
  return success(url.href);
}

/** The names in a template, without operators and modifiers (RFC 6570 §2). */
function variablesOf(template: string): readonly string[] {
  const names = [...template.matchAll(/\{[+#./;?&]?([^{}]*)\}/g)].flatMap(([, list = '']) => list.split(','));
  return [...new Set(names.map((name) => name.replace(/(?:\*|:\d+)$/, '')))];
}

function isScalar(value: JsonValue | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
