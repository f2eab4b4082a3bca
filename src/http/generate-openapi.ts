import { readFile, writeFile } from 'node:fs/promises';
import { openApiDocument } from './openapi.ts';

/** Writes `schemas/openapi.json`; with `--check`, says by exit code 1 that it is not what the code describes. */
const file = new URL('../../schemas/openapi.json', import.meta.url);
const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  await writeFile(file, text);
} else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  console.error('schemas/openapi.json is not what the routes describe; run npm run generate:openapi.');
  process.exitCode = 1;
}
