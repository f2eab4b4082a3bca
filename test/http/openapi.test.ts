import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { openApiDocument, ROUTES } from '../../src/http/openapi.ts';
import { bridgeOver, type OpenDoor, openDoor } from './door.ts';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

describe('the OpenAPI document', () => {
  it('is the one in schemas/', async () => {
    const script = new URL('../../src/http/generate-openapi.ts', import.meta.url).pathname;
    const checked = await promisify(execFile)(process.execPath, [script, '--check']).catch((error) => error);
    expect(checked).toMatchObject({ stderr: '' });
  });

  it('is the one that is served', async () => {
    const file = new URL('../../schemas/openapi.json', import.meta.url);
    const served = await (await fetch(`${door.url}/openapi.json`)).json();
    expect(served).toEqual(JSON.parse(await readFile(file, 'utf8')));
    expect(served).toMatchObject({ openapi: '3.1.0' });
  });

  it('describes every route there is and no other', () => {
    const app = createApp({ bridge: bridgeOver({}).bridge });
    const mounted = app.routes
      .filter((route) => route.method !== 'ALL')
      .map((route) => `${route.method} ${route.path}`);
    const described = ROUTES.map((route) => `${route.method.toUpperCase()} ${route.getRoutingPath()}`);
    expect(mounted.toSorted()).toEqual(described.toSorted());
  });

  it('resolves every reference within itself and names every operation once', () => {
    const text = JSON.stringify(openApiDocument());
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
    const { components, paths } = JSON.parse(text);
    for (const name of new Set(names)) expect(components.schemas).toHaveProperty(String(name));
    const ids = [...JSON.stringify(paths).matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
