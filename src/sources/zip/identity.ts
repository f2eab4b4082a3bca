import { v5 as uuidOf } from 'uuid';
import { zipPrefix } from '../../model/arcp.ts';

/**
 * The IRI of a zipped crate's metadata document: `arcp://uuid,{UUIDv5 of the zip's URL}/ro-crate-metadata.json` (design §3;
 * RFC 9562 §5.5, namespace URL). The authority stands for the crate's root, wherever in the zip that is: an electronic lab
 * notebook names the top folder anew with every export, and the crate must stay the same. The URL is taken without userinfo
 * and fragment. Its query stays, since `?version=5` may be all that tells two zips apart.
 */
export function zippedDocumentIri(zipUrl: string, name: string): string {
  const url = new URL(zipUrl);
  url.username = '';
  url.password = '';
  url.hash = '';
  return zipPrefix(uuidOf(url.href, uuidOf.URL)) + name;
}
