import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, type Outcome, success } from '../../model/failure.ts';

/** Marks a folder the demo made, so that it never empties one it did not. */
const MARKER = 'this-folder-belongs-to-the-demo';

/** The example crates that come with the package. */
export const EXAMPLE_CRATES = fileURLToPath(new URL('../../../crates/', import.meta.url));

/** Where a demo keeps what it makes. */
export interface DemoPlace {
  readonly dir: string;
  readonly payload: string;
  readonly fetched: string;
  readonly config: string;
}

/** An empty folder for this run: what an earlier demo left there is removed, anything else is refused. */
export async function prepareDemoFolder(dataDir: string): Promise<Outcome<DemoPlace>> {
  const dir = join(dataDir, 'demo');
  const there = await stat(dir).catch(() => null);
  const entries = there?.isDirectory() ? await readdir(dir) : [];
  const empty = there === null || (there.isDirectory() && entries.length === 0);
  if (!empty && !entries.includes(MARKER)) {
    return failure('usage', `${dir} holds something that is not an earlier demo.`, {
      where: dir,
      expected: 'an absent or empty folder; choose another with --data',
    });
  }
  await rm(dir, { recursive: true, force: true });
  const place = {
    dir,
    payload: join(dir, 'payload'),
    fetched: join(dir, 'fetched'),
    config: join(dir, 'crate-bridge.json'),
  };
  await mkdir(place.fetched, { recursive: true, mode: 0o700 });
  await writeFile(join(dir, MARKER), '');
  return success(place);
}

/** A path as the person would type it here. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}
