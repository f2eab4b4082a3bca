import { createRoute, z } from '@hono/zod-openapi';
import Negotiator from 'negotiator';
import type { QuarantinedCrate } from '../../model/quarantine.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { findingsPage, type LinkedFindings, noFindingsPage } from '../findings-page.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { problems } from '../schemas/common.ts';
import { linkedFindings } from '../schemas/quarantine.ts';

const HTML = 'text/html';
const JSON_TYPE = 'application/json';

const read = createRoute({
  method: 'get',
  path: '/findings/{secret}',
  operationId: 'read-findings',
  tags: ['pulls'],
  summary: 'The findings of one crate version, for whoever has the link',
  description: 'No account is needed. A page for people; JSON by `Accept`.',
  request: { params: z.object({ secret: z.string() }) },
  responses: {
    200: {
      description: 'What is wrong with the crate.',
      content: { [HTML]: { schema: z.string() }, [JSON_TYPE]: { schema: linkedFindings } },
    },
    ...problems({ 404: 'The link has ended, or there never was one like it.' }),
  },
});

export const findingsRoutes = [read];

/** Nobody keeps or finds what a secret address answers. */
const HEADERS = { 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow', Vary: 'Accept' };

/** `/findings/{secret}`: what a facility is shown of its own crate. */
export function mountFindings(app: Door, door: DoorContext): void {
  mount(app, read, async (call) => {
    const query = readQuery(call, z.object({}));
    if (!query.ok) return problem(query.failure, HEADERS);
    const found = await door.bridge.findingsBehind(call.req.param('secret') ?? '');
    const asPage = wantsPage(call);
    if (found.ok) {
      const shown = linked(found.value);
      return asPage ? answer(findingsPage(shown), 200) : answer(JSON.stringify(shown), 200, JSON_TYPE);
    }
    const { failure } = found;
    return asPage && failure.code === 'not_found'
      ? answer(noFindingsPage(failure.message), 404)
      : problem(failure, HEADERS);
  });
}

function wantsPage(call: DoorCall): boolean {
  const accept = call.req.header('accept') ?? '*/*';
  return new Negotiator({ headers: { accept } }).mediaType([HTML, JSON_TYPE]) !== JSON_TYPE;
}

function linked(crate: QuarantinedCrate): LinkedFindings {
  const { crate_iri, name, since, profile, checker_version, errors, warnings, ...rest } = crate;
  const { state, has_current, verdicts, findings } = rest;
  const url = crate.url === null ? null : plainUrl(crate.url);
  const facts = { name, url, since, profile, checker_version, errors, warnings };
  return { crate: crate_iri, ...facts, state, has_current, verdicts, findings };
}

/** Without what may be a secret between the facility and this service: user, password, query (a signature), fragment. */
function plainUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}

function answer(body: string, status: number, type: string = HTML): Response {
  return new Response(body, { status, headers: { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` } });
}
