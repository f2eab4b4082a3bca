import { resolve } from 'node:path';
import type { Command } from 'commander';
import { startCount } from '../progress.ts';
import { runCommand } from '../run.ts';
import { archiveText } from './dump.ts';

/** `crate-bridge restore FILE|-`: what `dump` wrote, into an empty registry. */
export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .summary('read a dump into an empty registry')
    .description(
      'Reads what `crate-bridge dump` wrote into an empty database or data folder, on either engine, all or nothing: a dump\n' +
        'that was cut or changed leaves nothing. Ids, tokens, proofs and history are those of the dump. It must be of a\n' +
        'crate-bridge with the same tables; exits 64 where it is not, or where the registry has rows.',
    )
    .argument('<file>', 'file to read, plain or gzip, or - for stdin')
    .action((file: string, _options: object, command: Command) =>
      runCommand(command, async (output, global) => {
        const { openLocalBridge } = await import('../session.ts');
        const opened = await openLocalBridge(global);
        if (!opened.ok) return output.failure(opened.failure);
        const { bridge } = opened.value;
        try {
          const restored = await bridge.restore({
            from: file === '-' ? { stream: process.stdin } : { path: resolve(file) },
            progress: startCount(output, 'read', 'rows'),
          });
          if (!restored.ok) return output.failure(restored.failure);
          const { value } = restored;
          output.result(
            value,
            () => `restored ${archiveText(value)}, dumped by crate-bridge ${value.version} at ${value.at}`,
          );
          return 0;
        } finally {
          await bridge.close();
        }
      }),
    );
}
