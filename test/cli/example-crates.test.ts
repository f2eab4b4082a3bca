import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCrates } from '../../crates/update-digests.ts';
import { startFacility } from '../../src/cli/demo/facility.ts';
import { writePayload } from '../../src/cli/demo/payload.ts';
import { readGraph } from '../../src/crate/graph.ts';
import { mapCrate } from '../../src/mapping/lambda-core/map.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { checkLambdaCore } from '../../src/profiles/lambda-core/check.ts';
import { generateCrates, generatedContent, writeCrates } from '../support/generated-crates.ts';

const CRATES = join(import.meta.dirname, '../../crates');
const EXAMPLES = readCrates(CRATES);

function entitiesOf(text: string): JsonObject[] {
  const document: JsonValue = JSON.parse(text);
  const graph = isJsonObject(document) ? document['@graph'] : null;
  return isJsonArray(graph) ? graph.filter(isJsonObject) : [];
}

/** Entities of a type, over all example crates. */
function examplesOf(type: string): JsonObject[] {
  return EXAMPLES.flatMap(({ text }) => entitiesOf(text)).filter(({ '@type': types }) =>
    isJsonArray(types) ? types.includes(type) : types === type,
  );
}

describe('the example crates', () => {
  it.each(EXAMPLES)('$name holds for LAMBDA Core without a warning', ({ text }) => {
    const { verdicts, findings } = checkLambdaCore(JSON.parse(text));
    expect(findings).toEqual([]);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds']);
  });

  it('show runs in every state a question about processing must tell apart', () => {
    const runs = examplesOf('lambda:ExperimentRun');
    const states = new Set(runs.map((run) => run['processing_status'] ?? 'unknown'));
    expect(states).toEqual(new Set(['collected', 'raw', 'completed', 'unknown']));
    const silent = runs.filter((run) => !('processing_status' in run));
    expect(silent.map((run) => 'missing' in run).sort()).toEqual([false, true]);
  });

  it('share a protein and a person by global id, and a sample code without a proposal', () => {
    const crates = (test: (entity: JsonObject) => boolean) =>
      EXAMPLES.filter(({ text }) => entitiesOf(text).some(test));
    expect(crates((one) => one['uniprot_id'] === 'uniprot:P00698')).toHaveLength(2);
    expect(crates((one) => one['@id'] === 'https://orcid.org/0000-0002-1825-0097')).toHaveLength(2);
    const lysozyme = crates((one) => one['@id'] !== './' && one['sample_code'] === 'LYZ-42');
    expect(lysozyme).toHaveLength(2);
    for (const { text } of lysozyme) {
      expect(entitiesOf(text).find((one) => one['@id'] === './')).not.toHaveProperty('proposal_id');
    }
  });

  it('name raw series as one part with a count', () => {
    const series = examplesOf('Dataset').filter((one) => typeof one['partCount'] === 'number');
    expect(series.length).toBeGreaterThan(8);
    for (const one of series) expect(one).not.toHaveProperty('hasPart');
  });
});

describe('the example crates at the demo facility', () => {
  it('become rows without a finding, whose pointers lead to bytes of their digest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crate-bridge-examples-'));
    await writePayload(folder);
    const facility = await startFacility({ crates: CRATES, payload: folder });
    try {
      for (const { name, text } of EXAMPLES) {
        const documentUrl = `${facility.url}/crates/${name}/ro-crate-metadata.json`;
        const rows = mapCrate(readGraph(JSON.parse(text), { documentUrl }), {
          facility: 'DEMO',
          source: 'crates',
          timezone: 'America/Los_Angeles',
          document_url: documentUrl,
        });
        expect(rows.findings).toEqual([]);
        const files = rows.data_files.filter(({ kind }) => kind === 'file');
        expect(files.length).toBeGreaterThan(3);
        for (const file of files) {
          const uri = file.storage_uri ?? '';
          const response = await fetch(uri.replace('sibyls://als/', `${facility.url}/storage/`));
          const bytes = new Uint8Array(await response.arrayBuffer());
          expect([uri, createHash('sha256').update(bytes).digest('hex')]).toEqual([uri, file.sha256]);
        }
      }
    } finally {
      await facility.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('generateCrates', () => {
  const options = fc.record({
    count: fc.integer({ min: 1, max: 9 }),
    files: fc.integer({ min: 0, max: 12 }),
    runs: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 0, max: 1_000_000 }),
  });

  it('makes conformant crates, the same for the same options', () => {
    fc.assert(
      fc.property(options, (given) => {
        const crates = [...generateCrates(given)];
        expect(crates).toHaveLength(given.count);
        expect([...generateCrates(given)]).toEqual(crates);
        for (const { document } of crates) {
          expect(checkLambdaCore(JSON.parse(document)).findings).toEqual([]);
          const files = entitiesOf(document).filter((entity) => entity['@type'] === 'File');
          expect(files).toHaveLength(given.files);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('gives each crate its own sample and files, and shares beamlines and people', () => {
    const entities = [...generateCrates({ count: 60, files: 4, seed: 1 })].flatMap(({ document }) =>
      entitiesOf(document),
    );
    const distinct = (key: string) =>
      new Set(entities.flatMap((entity) => (entity[key] === undefined ? [] : [entity[key]]))).size;
    expect(distinct('sample_code')).toBe(60);
    expect(distinct('storage_uri')).toBe(240);
    expect(distinct('sha256')).toBe(240);
    expect(distinct('instrument_code')).toBe(4);
    expect(distinct('orcid')).toBeLessThanOrEqual(40);
  });

  it('declares the size and digest of the content it can make', () => {
    const [crate] = generateCrates({ count: 1, files: 9, seed: 5 });
    const files = entitiesOf(crate?.document ?? '').filter((entity) => entity['@type'] === 'File');
    files.forEach((file, i) => {
      const content = generatedContent(crate?.name ?? '', i);
      expect(file['contentSize']).toBe(content.length);
      expect(file['sha256']).toBe(createHash('sha256').update(content).digest('hex'));
    });
    expect(files).toHaveLength(9);
  });

  it('writes each crate in a folder of its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crate-bridge-generated-'));
    try {
      const names = await writeCrates(folder, { count: 3, files: 2, seed: 9 });
      const made = [...generateCrates({ count: 3, files: 2, seed: 9 })];
      expect(names).toEqual(made.map(({ name }) => name));
      for (const { name, document } of made) {
        expect(await readFile(join(folder, name, 'ro-crate-metadata.json'), 'utf8')).toBe(document);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
