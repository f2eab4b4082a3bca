import { createRoute, z } from '@hono/zod-openapi';
import type { FacilityItem } from '../../model/items.ts';
import { type Door, type DoorContext, mount } from '../door.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { renderJson, renderPage } from '../render.ts';
import { count, problems } from '../schemas/common.ts';
import { facilityItem } from '../schemas/items.ts';

const facilityQuery = z.object({
  facility: z
    .array(z.string().min(1, { error: 'a value that is not empty' }))
    .optional()
    .openapi({ param: { style: 'form', explode: true, description: 'Facility codes.' } }),
  text: z
    .string()
    .min(1, { error: 'a value that is not empty' })
    .optional()
    .openapi({ param: { description: 'Part of a code, name or ROR id.' } }),
});

const NO_PARAMETERS = z.object({});

const list = createRoute({
  method: 'get',
  path: '/api/v1/facilities',
  operationId: 'list-facilities',
  tags: ['registry'],
  summary: 'Facilities, from the configuration',
  description: 'Always one page.',
  request: { query: facilityQuery },
  responses: {
    200: {
      description: 'Every facility, with counts of what you may see.',
      content: {
        'application/json': {
          schema: z
            .object({ items: z.array(facilityItem), next: z.null(), total: count })
            .openapi('FacilityPage'),
        },
        'application/x-ndjson': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
    ...problems({ 400: 'An unknown parameter or a value that does not fit.' }),
  },
});

const one = createRoute({
  method: 'get',
  path: '/api/v1/facilities/{code}',
  operationId: 'get-facility',
  tags: ['registry'],
  summary: 'One facility',
  request: { params: z.object({ code: z.string() }) },
  responses: {
    200: {
      description: 'The facility, with counts of what you may see.',
      content: { 'application/json': { schema: facilityItem } },
    },
    ...problems({ 404: 'No such facility in the configuration.' }),
  },
});

export const facilityRoutes = [list, one];

/** `/api/v1/facilities` and `/api/v1/facilities/{code}`. */
export function mountFacilities(app: Door, door: DoorContext): void {
  mount(app, list, async (call) => {
    const query = readQuery(call, facilityQuery, ['facility']);
    if (!query.ok) return problem(query.failure);
    const facilities = await door.bridge.facilities(call.get('caller'));
    if (!facilities.ok) return problem(facilities.failure);
    const { facility, text } = query.value;
    const items = facilities.value
      .filter((item) => facility === undefined || facility.includes(item.code))
      .filter((item) => text === undefined || mentions(item, text));
    return renderPage(call, 'facilities', { items, next: null, total: items.length });
  });
  mount(app, one, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const facility = await door.bridge.facility(call.req.param('code') ?? '', call.get('caller'));
    return facility.ok ? renderJson(facility.value) : problem(facility.failure);
  });
}

function mentions(item: FacilityItem, text: string): boolean {
  return [item.code, item.name, item.ror ?? ''].some((field) =>
    field.toLowerCase().includes(text.toLowerCase()),
  );
}
