import { parseXml, type XmlDocument, XmlElement } from '@rgrove/parse-xml';
import { failure, type Outcome, success } from '../../model/failure.ts';

/** An object of the listing. */
export interface ListedObject {
  /** Null where it cannot be read as UTF-8. */
  readonly key: string | null;
  /** Entity tag with its quotes, as a GET would give it. */
  readonly etag: string | null;
}

/** One page of a bucket's listing. */
export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Names the next page; null on the last. */
  readonly next: string | null;
}

/**
 * Reads a page of a ListObjectsV2 answer. Keys are decoded where the answer says they are encoded, as a form is: a space is
 * written `+`; tokens are as they are, whatever the documentation says (both as botocore reads them). `unreadable` for what
 * is no such answer. XML without entities of its own, depth by the stack, size by whoever fetched it.
 */
export function readListPage(bytes: Uint8Array, where: string): Outcome<ListPage> {
  const root = rootOf(bytes);
  if (root?.name !== 'ListBucketResult') {
    return failure('unreadable', 'This is not the listing of a bucket.', {
      where,
      expected: 'XML with the root element ListBucketResult; is this the endpoint of an S3-compatible store?',
      ...(root === null ? {} : { found: root.name.slice(0, 64) }),
    });
  }
  const isEncoded = text(root, 'EncodingType') === 'url';
  const objects = childrenOf(root, 'Contents').map((object) => {
    const key = text(object, 'Key') ?? '';
    return { key: isEncoded ? formDecoded(key) : key, etag: quoted(text(object, 'ETag')) };
  });
  const next = text(root, 'NextContinuationToken');
  if (text(root, 'IsTruncated') !== 'true') return success({ objects, next: null });
  if (next !== null && next !== '') return success({ objects, next });
  return failure('truncated', 'The store says that its listing goes on, and not where.', {
    where,
    expected: 'NextContinuationToken where IsTruncated is true',
  });
}

/** What an error answer says: S3's own code, and the region where the bucket is if it says that; never its message. */
export interface StoreError {
  readonly code: string;
  readonly region: string | null;
}

/** Reads an error answer; null for what is none. */
export function readStoreError(bytes: Uint8Array): StoreError | null {
  const root = rootOf(bytes);
  const code = root?.name === 'Error' ? text(root, 'Code') : null;
  if (root === null || code === null || !/^[A-Za-z.]{1,64}$/.test(code)) return null;
  const region = text(root, 'Region');
  return { code, region: region !== null && /^[\w-]{1,64}$/.test(region) ? region : null };
}

function rootOf(bytes: Uint8Array): XmlElement | null {
  let document: XmlDocument;
  try {
    document = parseXml(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  return document.root;
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children
    .filter((child) => child instanceof XmlElement)
    .filter((child) => child.name === name);
}

function text(element: XmlElement, name: string): string | null {
  return childrenOf(element, name)[0]?.text ?? null;
}

function formDecoded(value: string): string | null {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function quoted(etag: string | null): string | null {
  if (etag === null || etag === '') return null;
  return etag.endsWith('"') ? etag : `"${etag}"`;
}
