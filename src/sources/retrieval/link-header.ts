import Link from 'http-link-header';
import { type TypedLink, typedLink } from './typed-link.ts';

/**
 * The links of a `Link` header field, or of a document of `application/linkset` (RFC 9264 §4.1), which is written the same.
 * Null when it cannot be read.
 */
export function readLinkHeader(field: string, base: string): readonly TypedLink[] | null {
  try {
    return Link.parse(field).refs.flatMap((reference) => {
      // The parser makes a list of a parameter that is given twice, whatever its types say.
      const written: Readonly<Record<string, unknown>> = reference;
      const { uri, rel, profile, anchor, type } = written;
      if (typeof uri !== 'string' || typeof rel !== 'string') return [];
      const link = typedLink(
        { href: uri, rel, type: textOf(type), profile: textsOf(profile), anchor: textOf(anchor) },
        base,
      );
      return link === null ? [] : [link];
    });
  } catch {
    return null;
  }
}

function textsOf(value: unknown): readonly string[] {
  return [value].flat().filter((text) => typeof text === 'string');
}

function textOf(value: unknown): string | undefined {
  return textsOf(value)[0];
}
