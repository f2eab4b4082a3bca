import type { Command } from 'commander';
import { saveFile } from '../../bridge/save-file.ts';
import { OPERATOR } from '../../model/caller.ts';
import { startProgress } from '../progress.ts';
import { runWithBridge } from '../run.ts';
import { bytesText, clean } from '../text.ts';

/** `crate-bridge fetch FILE|URI -o PATH`: the bytes at PATH are proven, or PATH is as it was before. */
export function fetchCommand(program: Command): void {
  program
    .command('fetch')
    .summary('fetch one file, verified')
    .description(
      'Streams a registered file and writes it under a temporary name; it is moved into place only when size and sha256\n' +
        'match. Exits 1 on a mismatch, 2 when the origin cannot be reached, 66 for an unknown id, 77 when denied.',
    )
    .argument('<file>', 'file id, or storage_uri')
    .option('-o, --output <path>', 'file or folder to write; default: the file name, here')
    .option('--force', 'replace a file that is already there')
    .option('--unverified', 'accept bytes that nothing proves, where the crate declares no checksum')
    .action(
      (file: string, options: { output?: string; force?: boolean; unverified?: boolean }, command: Command) =>
        runWithBridge(command, async (bridge, output) => {
          const bar = startProgress(output, 'fetching', 'bytes');
          const abort = new AbortController();
          const interrupt = () => abort.abort();
          process.once('SIGINT', interrupt);
          try {
            const saved = await saveFile(bridge, {
              file,
              output: options.output ?? '.',
              force: options.force === true,
              unverified: options.unverified === true,
              caller: OPERATOR,
              signal: abort.signal,
              progress: { size: (bytes) => bar.total(bytes), advance: (bytes) => bar.advance(bytes) },
            });
            bar.stop();
            if (!saved.ok) return output.failure(saved.failure);
            output.result(saved.value, () => {
              const { path, bytes, sha256, verified } = saved.value;
              const proof = verified
                ? `sha256 ${sha256} proven`
                : 'UNVERIFIED: the crate declares no checksum';
              return `${clean(path)}: ${bytesText(bytes)}, ${proof}`;
            });
            return 0;
          } finally {
            bar.stop();
            process.removeListener('SIGINT', interrupt);
          }
        }),
    );
}
