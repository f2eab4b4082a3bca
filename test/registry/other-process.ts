/*
 * Another process on a data folder, as a second command line is. Started with a folder and what to do; says on its standard
 * output, a line each, what has been answered.
 */
import { openRegistry } from '../../src/registry/open.ts';
import { crate } from './crates.ts';

const [dataDir = '', task = '', prefix = 'p'] = process.argv.slice(2);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const opened = await openRegistry({ databaseUrl: null, dataDir });
if (!opened.ok) {
  say(`failed ${opened.failure.message}`);
  process.exit(1);
}
say('open');
const { value: registry } = opened;

if (task === 'register') {
  // until killed
  for (let index = 0; ; index++) {
    const files = Array.from({ length: 40 }, (_, n) => ({ name: `${n}.dat` }));
    const name = `${prefix}-${index}`;
    const answer = await registry.register(crate({ name, runs: [{ code: 'r' }], files }));
    say(answer.ok ? `${answer.value.outcome} ${name}` : `failed ${answer.failure.code}`);
  }
} else if (task === 'register-once') {
  const answer = await registry.register(crate({ name: prefix, files: [{ name: 'a.dat' }] }));
  say(answer.ok ? `${answer.value.outcome} ${prefix}` : `failed ${answer.failure.message}`);
  await registry.close();
  say('closed');
} else {
  process.stdin.once('data', async () => {
    await registry.close();
    say('closed');
    process.exit();
  });
}
