import type { Command } from 'commander';
import { runCommand, wholeNumber } from '../run.ts';

/** `crate-bridge serve`: the HTTP service, until it is told to stop. */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .summary('run the service: HTTP, schedules, pulls, events')
    .description(
      'Serves /api/v1, /openapi.json and the bytes of registered files, verified; pulls scheduled sources when their\n' +
        'time comes, works on every pull, and delivers events. Several may run on one PostgreSQL and share all of it.\n' +
        'Bound to anything but this machine, it refuses to start until a token exists.',
    )
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any free one', wholeNumber(0, 65535), 8787)
    .action((options: { host: string; port: number }, command: Command) =>
      runCommand(command, async (output, global) => {
        const [{ openLocalBridge }, { createLog, startService, untilStopped }] = await Promise.all([
          import('../session.ts'),
          import('../service.ts'),
        ]);
        const opened = await openLocalBridge(global);
        if (!opened.ok) return output.failure(opened.failure);
        const { bridge, config } = opened.value;
        const server = await startService(bridge, { ...options, publicUrl: config.publicUrl }, output);
        if (!server.ok) {
          await bridge.close();
          return output.failure(server.failure);
        }
        await bridge.startWork((reason) => output.failure(reason));
        await bridge.startSchedules((reason) => output.failure(reason));
        const log = createLog();
        await bridge.startDeliveries(log);
        for (const { where, message } of await bridge.credentialWarnings()) log.warn({ where }, message);
        await untilStopped();
        output.note('stopping');
        bridge.endWaits();
        await server.value.close();
        await bridge.close();
        return 0;
      }),
    );
}
