import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute, z } from '@hono/zod-openapi';
import type { DescribedFile, OpenedFile } from '../../bridge/contract.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { addressedName, contentHref } from '../content-href.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { type ContentFacts, contentHeaders, namesEtag, notModifiedHeaders } from '../headers.ts';
import { readId } from '../identifiers.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { NEEDS_CHUNKS } from '../render.ts';
import { problems } from '../schemas/common.ts';
import { sendBody } from '../send.ts';

const contentQuery = z.object({
  unverified: z
    .literal('allow', { error: '"allow", or left out' })
    .optional()
    .openapi({
      param: {
        description:
          'Hand out bytes that nothing proves, where no checksum is known. Said in `Crate-Bridge-Verification` and audited.',
      },
    }),
});

const responseHeaders = z.object({
  'Content-Length': z.string().optional(),
  'Content-Disposition': z.string(),
  'Repr-Digest': z.string().optional().openapi({ description: 'RFC 9530, sha-256 of the whole file.' }),
  Digest: z.string().optional().openapi({ description: 'RFC 3230, the same for older clients.' }),
  ETag: z.string().optional().openapi({ description: '`"sha256-…"`, strong.' }),
  'Crate-Bridge-Verification': z.enum(['proven', 'streaming', 'none']).optional().openapi({
    description:
      '`proven` before the first byte, `streaming` before the last one (a mismatch breaks the transfer), `none` when nothing proves it.',
  }),
});

const content = createRoute({
  method: 'get',
  path: '/api/v1/files/{id}/content/{name}',
  operationId: 'get-file-content',
  tags: ['bytes'],
  summary: 'The bytes of a file, verified',
  description:
    'Streamed from the facility and held to the registered size and sha256. A mismatch is a 502, or a broken transfer once bytes have been sent; it never ends normally. HEAD answers the same headers without reading anything.',
  request: { params: z.object({ id: z.uuid(), name: z.string() }), query: contentQuery },
  responses: {
    200: {
      description: 'The bytes.',
      headers: responseHeaders,
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    304: { description: 'The bytes are those `If-None-Match` names.' },
    ...problems({
      404: 'Unknown, not yours to see, or not called that; the link says where it is.',
      409: 'A part was asked for, no checksum is known, or the pointer does not resolve.',
      410: 'Superseded; the link says by what.',
      502: 'The facility did not deliver the registered bytes.',
    }),
  },
});

const unnamed = createRoute({
  method: 'get',
  path: '/api/v1/files/{id}/content',
  operationId: 'find-file-content',
  tags: ['bytes'],
  summary: 'Where the bytes of a file are',
  request: { params: z.object({ id: z.uuid() }), query: contentQuery },
  responses: {
    308: { description: 'The address that has the file’s name.' },
    ...problems({ 404: 'Unknown, or not yours to see.', 410: 'Superseded; the link says by what.' }),
  },
});

export const contentRoutes = [content, unnamed];

/** `/api/v1/files/{id}/content/{name}`, and the way there for those who do not know the name. */
export function mountContent(app: Door, door: DoorContext): void {
  mount(app, unnamed, async (call) => {
    const asked = await readAsked(call, door);
    if (!asked.ok) return problem(asked.failure);
    const location = contentHref(asked.value.described.file) + new URL(call.req.url).search;
    return new Response(null, { status: 308, headers: { Location: location, 'Cache-Control': 'no-store' } });
  });

  mount(app, content, async (call) => {
    const asked = await readAsked(call, door);
    if (!asked.ok) return problem(asked.failure);
    const { described, unverified } = asked.value;
    const { file } = described;
    if (call.req.param('name') !== addressedName(file.file_name)) return misnamed(call, described);
    if (call.req.method === 'GET' && call.req.header('range') !== undefined) return rangeRefused(call);
    const sha256 = described.verifiable ? file.sha256 : null;
    if (sha256 === null && !unverified) return problem(unknownChecksum(file.file_name));
    const known = call.req.header('if-none-match');
    if (sha256 !== null && known !== undefined && namesEtag(known, sha256)) {
      return new Response(null, { status: 304, headers: notModifiedHeaders(sha256, call.get('caller')) });
    }
    if (call.req.method === 'HEAD') return headAnswer(call, described, sha256);
    return sendContent(call, door, { id: file.id, unverified });
  });
}

interface Asked {
  readonly described: DescribedFile;
  readonly unverified: boolean;
}

async function readAsked(call: DoorCall, door: DoorContext): Promise<Outcome<Asked>> {
  const query = readQuery(call, contentQuery);
  if (!query.ok) return query;
  const id = readId(call.req.param('id'), 'file');
  if (!id.ok) return id;
  const described = await door.bridge.describe(id.value, call.get('caller'));
  if (!described.ok) return described;
  return success({ described: described.value, unverified: query.value.unverified === 'allow' });
}

function headAnswer(call: DoorCall, described: DescribedFile, sha256: string | null): Response {
  const { file } = described;
  const verification = sha256 === null ? 'none' : null;
  const facts = {
    file,
    sha256,
    length: file.file_size_bytes,
    verification,
    caller: call.get('caller'),
  } as const;
  return new Response(null, { headers: contentHeaders(facts) });
}

async function sendContent(
  call: DoorCall,
  door: DoorContext,
  wanted: { readonly id: string; readonly unverified: boolean },
): Promise<Response> {
  const { incoming, outgoing } = call.env;
  const leaving = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) leaving.abort();
  });
  const caller = call.get('caller');
  const opened = await door.bridge.open(
    { file: wanted.id, unverified: wanted.unverified, door: 'http', signal: leaving.signal },
    caller,
  );
  if (!opened.ok) return problem(opened.failure);
  const { file, stream } = opened.value;
  const http10 = incoming.httpVersionMajor === 1 && incoming.httpVersionMinor === 0;
  if (http10 && stream.contentLength === null) {
    stream.body.destroy();
    return problem(NEEDS_CHUNKS);
  }
  const facts: ContentFacts = {
    file,
    sha256: stream.verified ? file.sha256 : null,
    length: stream.contentLength,
    verification: !stream.verified ? 'none' : stream.provenFirst ? 'proven' : 'streaming',
    caller,
  };
  const sent = await sendBody(outgoing, {
    headers: contentHeaders(facts),
    body: stream.body,
    onFailure: (listener) => stream.onFailure(listener),
    stallMs: door.writeStallMs,
  });
  await report(door, opened.value, sent);
  return RESPONSE_ALREADY_SENT;
}

/** The answer is out, so nothing here may become another one. */
async function report(door: DoorContext, { file, stream }: OpenedFile, sent: string): Promise<void> {
  try {
    const { outcome, bytesRead, failure: reason } = await stream.proof;
    const facts = { file: file.id, sent, outcome, bytes: bytesRead, code: reason?.code ?? null };
    if (sent === 'complete') door.log.info(facts, 'file sent');
    else door.log.warn(facts, 'file broken off');
  } catch (error) {
    door.log.error({ err: error, file: file.id, sent }, 'proof not recorded');
  }
}

function misnamed(call: DoorCall, described: DescribedFile): Response {
  const href = contentHref(described.file) + new URL(call.req.url).search;
  const missing = failure(
    'not_found',
    `This file is called "${described.file.file_name}"; its bytes are at ${href}.`,
    {
      where: 'path',
      expected: href,
      found: call.req.param('name') ?? '',
    },
  );
  return problem(missing.failure, { Link: `<${href}>; rel="canonical"` });
}

/**
 * Never 416 and never ignored: clients that resume take a 416 for "already complete", and would put an unproven tail behind
 * bytes that a broken transfer left them with.
 */
function rangeRefused(call: DoorCall): Response {
  const refused = failure(
    'range_unsupported',
    'Part of a file cannot be proven yet; ask for the whole of it, without Range.',
    { where: 'Range', expected: 'no Range', found: call.req.header('range') ?? '' },
  );
  return problem(refused.failure, { 'Accept-Ranges': 'none' });
}

function unknownChecksum(name: string) {
  return failure(
    'checksum_unknown',
    `Nobody declared a checksum of "${name}", so its bytes cannot be proven. With ?unverified=allow they come as they are.`,
    { where: '?unverified', expected: 'allow' },
  ).failure;
}
