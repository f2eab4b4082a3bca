import { readGraph } from '../../crate/graph.ts';
import { parseDocument } from '../../crate/parse.ts';

/** Larger documents are not read here: whoever maps them does that, out of the way of the event loop. */
const READ_UP_TO = 1024 * 1024;

/**
 * Why bytes are no RO-Crate metadata, which is JSON whose graph has a root; null where they are. Other JSON-LD is not, such
 * as what a DOI registration agency answers to content negotiation. A large document counts when it names a descriptor.
 */
export function whyNoCrate(bytes: Uint8Array, url: string): string | null {
  if (bytes.byteLength > READ_UP_TO) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLikely = text.includes('@graph') && text.includes('ro-crate-metadata.json');
    return isLikely ? null : 'It names no ro-crate-metadata.json.';
  }
  const { json, findings } = parseDocument(bytes);
  const graph = json === undefined ? null : readGraph(json, { documentUrl: url });
  if (graph?.root != null) return null;
  const said = [...findings, ...(graph?.findings ?? [])].find(({ severity }) => severity === 'error');
  return said?.message ?? 'It has no root.';
}
