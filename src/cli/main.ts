import { CommanderError } from 'commander';
import { createProgram } from './program.ts';

/** Entry of the command line. Wrong usage exits 64; an error nobody foresaw is one line, and a stack only on request. */
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 64;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `error: unexpected: ${message}\n  this is a defect of crate-bridge; CRATE_BRIDGE_DEBUG=1 shows where\n`,
    );
    if (process.env['CRATE_BRIDGE_DEBUG'] === '1' && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
    process.exitCode = 69;
  }
}
