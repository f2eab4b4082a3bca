import { Readable } from 'node:stream';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute, z } from '@hono/zod-openapi';
import type { LambdaAnswer, LambdaExperiment } from '../../model/lambda-search.ts';
import { CONTRACT_FACILITIES, CONTRACT_TECHNIQUES } from '../../model/lambda-vocabulary.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { SECURE_HEADERS } from '../headers.ts';
import { lambdaQuery, readLambdaQuery } from '../lambda-parameters.ts';
import { problem } from '../problem.ts';
import { NEEDS_CHUNKS, renderJson } from '../render.ts';
import { count, text } from '../schemas/common.ts';
import { sendBody } from '../send.ts';

/** Of the Facility Search API these routes speak. */
const API_VERSION = '0.1.0';
/** How SEGUIDs are made: base 64 of the SHA-1 of the sequence in upper case, without padding. */
const SEGUID_ALGORITHM = 'SEGUID_v1';

const lambdaError = z
  .object({
    error: z.string().openapi({ description: 'The name of the status.' }),
    code: z.number().int(),
    message: z.string().openapi({ description: 'What was wrong, and what would be right.' }),
  })
  .openapi('LambdaError');

const experiment = z
  .object({
    experiment_id: z.uuid(),
    pid: z.string().optional().openapi({ description: 'DOI or Handle its crate declares.' }),
    facility: z.enum(CONTRACT_FACILITIES),
    facility_endpoint: z.string(),
    is_public: z.boolean().openapi({ description: 'Whether anybody may read its data.' }),
    seguid: z.array(z.string()).optional(),
    protein_name: text,
    technique: z.enum(CONTRACT_TECHNIQUES).nullable(),
    instrument: text,
    creation_date: text.openapi({ description: 'First instant the collection may have begun at.' }),
    size: count.optional().openapi({ description: 'Bytes its pointers declare.' }),
    PI: z.object({ name: text, institute: text, orcid: text }),
    facility_code: z.string(),
    experiment_code: text,
    technique_original: text,
    creation_date_original: text,
    crate_id: z.string(),
    crate: z.string().openapi({ description: 'URL of the crate’s original metadata document here.' }),
  })
  .openapi('LambdaExperiment');

const healthSchema = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    facility: z.enum(CONTRACT_FACILITIES),
    api_version: z.string(),
    seguid_algorithm: z.string(),
    details: z.object({ database: z.object({ status: z.string(), latency_ms: z.number() }) }),
  })
  .openapi('LambdaHealth');

const errors = (descriptions: Readonly<Record<number, string>>) =>
  Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema: lambdaError } } },
    ]),
  );

const health = createRoute({
  method: 'get',
  path: '/lambda/v1/health',
  operationId: 'get-lambda-health',
  tags: ['lambda'],
  summary: 'Whether the search works',
  description: 'LAMBDA Facility Search API 0.1. Answers anybody.',
  responses: {
    200: { description: 'It works.', content: { 'application/json': { schema: healthSchema } } },
    503: {
      description: 'It does not.',
      content: { 'application/json': { schema: lambdaError.extend(healthSchema.shape) } },
    },
  },
});

const search = createRoute({
  method: 'get',
  path: '/lambda/v1/search',
  operationId: 'search-lambda-experiments',
  tags: ['lambda'],
  summary: 'Experiments by what they are',
  description:
    'LAMBDA Facility Search API 0.1: every experiment run the caller may see that meets all the parameters, in one answer. A parameter that is unknown or malformed is refused. What nobody said is null; `pid`, `seguid` and `size` are left out instead.',
  request: { query: lambdaQuery },
  responses: {
    200: {
      description: 'The experiments; `count` is their number.',
      content: {
        'application/json': {
          schema: z.object({ results: z.array(experiment), count }).openapi('LambdaResults'),
        },
      },
    },
    ...errors({ 400: 'A parameter that is unknown or malformed.', 503: 'The database is unavailable.' }),
  },
});

export const lambdaRoutes = [health, search];

/** `/lambda/v1/health`, which answers whoever asks, also with a token that is spent. */
export function mountLambdaHealth(app: Door, door: DoorContext): void {
  mount(app, health, async () => {
    const { status, facility, database } = await door.bridge.lambdaHealth();
    const body = {
      status,
      facility,
      api_version: API_VERSION,
      seguid_algorithm: SEGUID_ALGORITHM,
      details: { database },
    };
    if (status === 'healthy') return renderJson(body);
    return renderJson(
      { error: 'Service Unavailable', code: 503, message: 'The database does not answer.', ...body },
      503,
    );
  });
}

/** `/lambda/v1/search`. */
export function mountLambdaSearch(app: Door, door: DoorContext): void {
  mount(app, search, async (call) => {
    const query = readLambdaQuery(call);
    if (!query.ok) return problem(query.failure);
    const base = door.publicUrl ?? new URL(call.req.url).origin;
    const answer = await door.bridge.lambdaSearch(query.value, base.replace(/\/+$/, ''), call.get('caller'));
    return answer.ok ? renderAnswer(call, door, answer.value) : problem(answer.failure);
  });
}

/** An answer of one batch comes whole; a longer one as it is read, and a failure on the way breaks the transfer. */
async function renderAnswer(
  call: DoorCall,
  door: DoorContext,
  { first, rest }: LambdaAnswer,
): Promise<Response> {
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Vary: 'Authorization, Cookie',
  };
  if (call.req.method === 'HEAD') return new Response(null, { headers });
  if (rest === null) return new Response(OPENING + joined(first) + closing(first.length), { headers });
  const { incoming, outgoing } = call.env;
  if (incoming.httpVersionMajor === 1 && incoming.httpVersionMinor === 0) return problem(NEEDS_CHUNKS);
  const sent = await sendBody(outgoing, {
    headers: { ...SECURE_HEADERS, ...headers },
    body: Readable.from(written(first, rest), { objectMode: false }),
    stallMs: door.writeStallMs,
  });
  if (sent !== 'complete') door.log.warn({ cause: sent }, 'search broken off');
  return RESPONSE_ALREADY_SENT;
}

const OPENING = '{"results":[';

function closing(found: number): string {
  return `],"count":${found}}\n`;
}

function joined(experiments: readonly LambdaExperiment[]): string {
  return experiments.map((one) => JSON.stringify(one)).join(',');
}

/** The count comes last, since it is known then. */
async function* written(
  first: LambdaAnswer['first'],
  rest: NonNullable<LambdaAnswer['rest']>,
): AsyncGenerator<Buffer> {
  let found = first.length;
  yield Buffer.from(OPENING + joined(first));
  for await (const batch of rest) {
    if (batch.length > 0) yield Buffer.from(`${found === 0 ? '' : ','}${joined(batch)}`);
    found += batch.length;
  }
  yield Buffer.from(closing(found));
}
