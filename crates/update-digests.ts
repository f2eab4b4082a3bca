/*
 * For maintainers: after a change of the demo's payload, writes the true `contentSize` and `sha256` of every File into the
 * example crates. Run from a checkout: node crates/update-digests.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PayloadProof, payloadPath, provePayload } from '../src/cli/demo/payload.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../src/model/json.ts';

const METADATA_FILE = 'ro-crate-metadata.json';

/** The example crates in a folder: name and document, by name. */
export function readCrates(folder: string): { name: string; path: string; text: string }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => {
      const path = join(folder, entry.name, METADATA_FILE);
      return { name: entry.name, path, text: readFileSync(path, 'utf8') };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The payload path of a File entity; null for any other entity, or when it points outside the demo. */
export function payloadOf(crateName: string, entity: JsonValue): string | null {
  if (!isJsonObject(entity) || !typesOf(entity).includes('File')) return null;
  const reference = entity['storage_uri'] ?? entity['@id'];
  return typeof reference === 'string' ? payloadPath(crateName, reference) : null;
}

/** The document with true sizes and digests, in the layout of the committed ones. Throws for a File without payload. */
export function withTrueDigests(
  crateName: string,
  text: string,
  payload: ReadonlyMap<string, PayloadProof>,
): string {
  const document: JsonValue = JSON.parse(text);
  const graph = isJsonObject(document) ? document['@graph'] : undefined;
  if (!isJsonObject(document) || !isJsonArray(graph)) throw new Error(`${crateName} has no @graph.`);
  const updated = graph.map((entity) => {
    const path = payloadOf(crateName, entity);
    if (path === null || !isJsonObject(entity)) return entity;
    const proof = payload.get(path);
    if (proof === undefined) throw new Error(`${crateName} names ${path}, which the payload does not have.`);
    const contentSize = typeof entity['contentSize'] === 'number' ? proof.size : String(proof.size);
    return { ...entity, contentSize, sha256: proof.sha256 };
  });
  return `${JSON.stringify({ ...document, '@graph': updated }, null, 2)}\n`;
}

function typesOf(entity: JsonObject): readonly JsonValue[] {
  const type = entity['@type'];
  return isJsonArray(type) ? type : [type ?? null];
}

if (import.meta.main) {
  const payload = provePayload();
  for (const { name, path, text } of readCrates(import.meta.dirname)) {
    const updated = withTrueDigests(name, text, payload);
    if (updated !== text) writeFileSync(path, updated);
    console.log(`${updated === text ? 'unchanged' : 'updated  '} ${name}`);
  }
}
