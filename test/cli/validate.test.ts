import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { ValidationReport } from '../../src/model/finding.ts';
import { runCli, runJson } from '../support/cli.ts';
import { conformanceDir } from '../support/conformance.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** What each broken crate of the conformance data breaks (its README's table). */
const BROKEN: Readonly<Record<string, { readonly layer: string; readonly rule: string }>> = {
  'bare-technique-terms.json': { layer: 'entity', rule: 'unexpected-property' },
  'dangling-about.json': { layer: 'graph', rule: 'R1' },
  'dangling-haspart.json': { layer: 'graph', rule: 'R3' },
  'datafile-type-token.json': { layer: 'graph', rule: 'R8' },
  'designation-no-association.json': { layer: 'entity', rule: 'missing-property' },
  'interaction-no-sample.json': { layer: 'graph', rule: 'R13' },
  'interaction-sample-not-a-sample.json': { layer: 'graph', rule: 'R13' },
  'no-checksum.json': { layer: 'entity', rule: 'missing-property' },
  'no-license.json': { layer: 'graph', rule: 'R9' },
  'nucleic-acid-no-identity.json': { layer: 'graph', rule: 'R11' },
  'protein-no-accession.json': { layer: 'graph', rule: 'R10' },
};

describe('crate-bridge validate', () => {
  const conformance = conformanceDir();

  it.skipIf(conformance === null)('holds the five conformant crates for conformant', async () => {
    const folder = join(conformance ?? '', 'lambda-core', 'valid');
    const files = (await readdir(folder)).map((name) => join(folder, name));
    const run = await runJson<ValidationReport[]>(['validate', ...files], { cwd: PROJECT });
    expect(run.code).toBe(0);
    expect(run.json.map((r) => [r.conformant, r.profile])).toEqual(files.map(() => [true, 'lambda-core']));
    expect(
      run.json
        .flatMap((r) => r.findings)
        .filter((f) => f.profile === 'lambda-core' && f.severity === 'error'),
    ).toEqual([]);
  });

  it.skipIf(conformance === null)('names the rule each broken crate breaks, and no other', async () => {
    const folder = join(conformance ?? '', 'lambda-core', 'invalid');
    expect((await readdir(folder)).toSorted()).toEqual(Object.keys(BROKEN).toSorted());
    for (const [name, expected] of Object.entries(BROKEN)) {
      const run = await runJson<ValidationReport[]>(['validate', join(folder, name)], { cwd: PROJECT });
      expect(run.code).toBe(1);
      const errors = run.json
        .flatMap((r) => r.findings)
        .filter((f) => f.profile === 'lambda-core' && f.severity === 'error');
      expect(new Set(errors.map((f) => `${f.layer} ${f.rule}`))).toEqual(
        new Set([`${expected.layer} ${expected.rule}`]),
      );
    }
  });

  it('finds the crates of a folder, and says in text what holds', async () => {
    const run = await runCli(['validate', 'crates'], { cwd: PROJECT });
    expect(run.code).toBe(0);
    expect(run.stdout.match(/: conformant/g)).toHaveLength(3);
  });

  it('checks the crate in a zip as the crate itself', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-validate-'));
    try {
      const zip = new ZipFile();
      const path = 'als-sibyls-saxs-2024-05-16/ro-crate-metadata.json';
      zip.addFile(join(PROJECT, 'crates', path), path);
      zip.end();
      await writeFile(join(cwd, 'lab.eln'), await buffer(zip.outputStream));
      await writeFile(join(cwd, 'data.zip'), 'not looked at');
      const run = await runJson<ValidationReport[]>(['validate', 'lab.eln', '.'], { cwd });
      expect(run.code).toBe(0);
      expect(run.json).toMatchObject([
        { source: 'lab.eln', conformant: true, profile: 'lambda-core' },
        { source: 'lab.eln', conformant: true },
      ]);
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  });

  describe('input that cannot be read', () => {
    let cwd = '';
    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-validate-'));
      await writeFile(join(cwd, 'not.json'), '{"@context": ');
      await writeFile(join(cwd, 'binary.json'), Buffer.from([0xff, 0x00, 0xfe]));
    });
    afterAll(() => rm(cwd, { recursive: true, force: true }));

    it('a missing path exits 2, and the others are checked all the same', async () => {
      const run = await runJson<ValidationReport[]>(['validate', 'missing.json', 'not.json'], { cwd });
      expect(run.code).toBe(2);
      expect(run.stderr).toContain('missing.json: no such file or folder');
      expect(run.json).toMatchObject([{ source: 'not.json', conformant: false }]);
    });

    it('bad JSON and bad UTF-8 are findings, exit 1', async () => {
      const run = await runJson<ValidationReport[]>(['validate', 'not.json', 'binary.json'], { cwd });
      expect(run.code).toBe(1);
      expect(run.json.map((r) => r.findings[0]?.layer)).toEqual(['document', 'document']);
    });
  });
});
