#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it: picks the built `dist` of an installed package or the `src` of a checkout,
// and hands over to the Node the checkout pins when the one that runs this is too old for the sources.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'cli', 'main.ts');
const built = join(root, 'dist', 'src', 'cli', 'main.js');
// A checkout runs its sources, also when somebody built it once: what is edited is what runs.
const entry = existsSync(source) ? source : built;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 19);
// Sources are run by the Node the project is tested on; Node 22 strips types too, but says so on stderr every time.
const fits = entry === built ? newEnough : major >= 24;
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (fits || (newEnough && !existsSync(pinned))) {
  await import('./fast-start.js');
  await import(pathToFileURL(entry).href);
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 69);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} else {
  console.error(`crate-bridge needs Node.js 22.19 or newer; this is ${process.versions.node}.`);
  process.exit(69);
}
