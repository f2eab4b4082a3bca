import { describe, expect, it } from 'vitest';
import { entityAt } from '../../src/bridge/entity-at.ts';
import { WORKER_ABOVE_BYTES } from '../../src/bridge/read-crate.ts';

const GRAPH = { '@graph': [{ '@id': './' }, { 'a/b': { 'm~n': { '@id': 'deep' } }, list: [1] }] };

/** The same document, and so large that another thread parses it. */
const DOCUMENTS = [GRAPH, { ...GRAPH, padding: 'x'.repeat(WORKER_ABOVE_BYTES) }].map((json) =>
  Buffer.from(JSON.stringify(json)),
);

describe('the entity at a place of a stored document', () => {
  it.each(DOCUMENTS.map((bytes) => [bytes.length, bytes] as const))('of %i bytes', async (_length, bytes) => {
    const at = (pointer: string) => entityAt({ bytes, pointer });
    expect(await at('/@graph/0')).toEqual({ '@id': './' });
    expect(await at('/@graph/1/a~1b/m~0n')).toEqual({ '@id': 'deep' });
    for (const nowhere of [
      '/@graph/2',
      '/@graph/1/list/0',
      '/@graph/constructor',
      '/x/y',
      '/@graph/1/toString',
    ]) {
      expect(await at(nowhere), nowhere).toBeNull();
    }
  });

  it('of what is no JSON is none', async () => {
    expect(await entityAt({ bytes: Buffer.from('{'), pointer: '' })).toBeNull();
  });
});
