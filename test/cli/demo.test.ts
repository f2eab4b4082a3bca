import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PullReport } from '../../src/model/reports.ts';
import { runCli, runJson } from '../support/cli.ts';

interface DemoReport {
  readonly pulls: readonly PullReport[];
  readonly runs_by_status: Readonly<Record<string, number>>;
  readonly verified: { readonly sha256: string };
  readonly refused: { readonly code: string };
  readonly commands: readonly string[];
}

let cwd = '';
afterEach(() => rm(cwd, { recursive: true, force: true }));

describe('crate-bridge demo', () => {
  it('pulls, queries, streams one file, refuses another; its commands work when they are pasted', async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-demo-'));
    const run = await runCli(['demo'], { cwd });
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('0 bytes copied');
    expect(run.stdout).toContain('of unknown status counted apart');
    expect(run.stdout).toMatch(/sha256 [0-9a-f]{64} proven/);
    expect(run.stdout).toContain('nothing was written');

    const commands = run.stdout.split('\n').filter((line) => line.trim().startsWith('npx crate-bridge'));
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const pasted = await runCli(command.trim().split(/\s+/).slice(2), { cwd });
      expect(pasted, command).toMatchObject({ code: 0 });
    }
    expect((await readdir(cwd)).toSorted()).toEqual(['.crate-bridge', 'LYZ-42_1_XDS_ASCII.HKL']);

    const again = await runJson<DemoReport>(['demo'], { cwd });
    expect(again.code).toBe(0);
    expect(again.json.pulls.map((p) => [p.registered, p.bytes_copied])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(again.json.refused.code).toBe('checksum_mismatch');
    expect(again.json.runs_by_status['undeclared']).toBeGreaterThan(0);
  });

  it('never empties a folder it did not make', async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-demo-'));
    await writeFile(join(cwd, 'demo'), '');
    const blocked = await runCli(['demo', '--data', cwd], { cwd });
    expect(blocked.code).toBe(64);
  });
});
