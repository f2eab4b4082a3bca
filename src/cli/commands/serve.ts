import type { Command } from 'commander';
import { runCommand, wholeNumber } from '../run.ts';

/** `crate-bridge serve`: the HTTP service, until it is told to stop. */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .summary('run the HTTP service')
    .description(
      'Serves /api/v1, /openapi.json and the bytes of registered files, verified.\n' +
        'Bound to anything but this machine, it refuses to start until a token exists.',
    )
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any free one', wholeNumber(0, 65535), 8787)
    .action((options: { host: string; port: number }, command: Command) =>
      runCommand(command, async (output, global) => {
        const [{ openLocalBridge }, { startService, untilStopped }] = await Promise.all([
          import('../session.ts'),
          import('../service.ts'),
        ]);
        const opened = await openLocalBridge(global);
        if (!opened.ok) return output.failure(opened.failure);
        const { bridge, config } = opened.value;
        const server = await startService(bridge, options, output);
        if (!server.ok) {
          await bridge.close();
          return output.failure(server.failure);
        }
        for (const facility of config.facilities) {
          for (const source of facility.sources.filter((s) => s.schedule !== undefined)) {
            output.note(
              `note: ${facility.code}/${source.name} has a schedule; this version pulls only when told to.`,
            );
          }
        }
        await untilStopped();
        output.note('stopping');
        await server.value.close();
        await bridge.close();
        return 0;
      }),
    );
}
