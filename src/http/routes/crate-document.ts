import { createRoute, z } from '@hono/zod-openapi';
import { type Door, type DoorContext, mount } from '../door.ts';
import { documentHeaders, namesEtag } from '../headers.ts';
import { readId } from '../identifiers.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { problems } from '../schemas/common.ts';

const NO_PARAMETERS = z.object({});

const crateDocument = createRoute({
  method: 'get',
  path: '/api/v1/crates/{id}/ro-crate-metadata.json',
  operationId: 'get-crate-document',
  tags: ['registry'],
  summary: 'The metadata document of a crate, as its facility published it',
  description:
    'Byte for byte the document of the current version. Its relative `@id`s are relative to where it came from, which the link `original` says.',
  request: { params: z.object({ id: z.uuid() }) },
  responses: {
    200: {
      description: 'The document.',
      headers: z.object({
        ETag: z.string().openapi({ description: '`"sha256-…"`, strong.' }),
        'Repr-Digest': z.string().openapi({ description: 'RFC 9530, sha-256.' }),
        Link: z.string().openapi({ description: '`<…>; rel="original"`: where the facility publishes it.' }),
      }),
      content: { 'application/ld+json': { schema: z.object({}).openapi({ additionalProperties: true }) } },
    },
    304: { description: 'The document is the one `If-None-Match` names.' },
    ...problems({ 404: 'Unknown, without a current version, or not yours to see.' }),
  },
});

export const crateDocumentRoutes = [crateDocument];

/** `/api/v1/crates/{id}/ro-crate-metadata.json`: what another bridge pulls from this one. */
export function mountCrateDocument(app: Door, door: DoorContext): void {
  mount(app, crateDocument, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const id = readId(call.req.param('id'), 'crate');
    if (!id.ok) return problem(id.failure);
    const caller = call.get('caller');
    const known = call.req.header('if-none-match');
    if (call.req.method === 'HEAD' || known !== undefined) {
      const facts = await door.bridge.crateDocument(id.value, { content: false }, caller);
      if (!facts.ok) return problem(facts.failure);
      const headers = documentHeaders({ id: id.value, ...facts.value }, caller);
      if (known !== undefined && namesEtag(known, facts.value.sha256)) {
        return new Response(null, { status: 304, headers: headers.notModified });
      }
      if (call.req.method === 'HEAD') return new Response(null, { headers: headers.whole });
    }
    const document = await door.bridge.crateDocument(id.value, { content: true }, caller);
    if (!document.ok) return problem(document.failure);
    const { bytes } = document.value;
    const headers = documentHeaders({ id: id.value, ...document.value }, caller);
    return new Response(bytes === null ? null : new Uint8Array(bytes), { headers: headers.whole });
  });
}
