import { Command } from 'commander';
import { VERSION } from '../bridge/version.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { driftCommand } from './commands/drift.ts';
import { dumpCommand } from './commands/dump.ts';
import { fetchCommand } from './commands/fetch.ts';
import { initCommand } from './commands/init.ts';
import { listCommands } from './commands/lists.ts';
import { pullCommand } from './commands/pull.ts';
import { pushCommand } from './commands/push.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { rebaseCommand } from './commands/rebase.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { redactCommands } from './commands/redact.ts';
import { restoreCommand } from './commands/restore.ts';
import { serveCommand } from './commands/serve.ts';
import { sourceCommands } from './commands/sources.ts';
import { tokenCommand } from './commands/token.ts';
import { validateCommand } from './commands/validate.ts';
import { watchCommand } from './commands/watch.ts';
import { whyCommand } from './commands/why.ts';

const ENVIRONMENT = `
Environment:
  DATABASE_URL         PostgreSQL to use; default: an embedded one in the data folder
  CRATE_BRIDGE_URL     run the command on this service instead of a database
  CRATE_BRIDGE_TOKEN   the token to show that service
  CRATE_BRIDGE_DATA    data folder, where --data is not given

Exit codes: 0 good, 1 what was checked does not hold, 2 unreadable or unreachable, 64 usage or configuration,
66 unknown id, 69 service or database unavailable, 75 try again later, 77 denied.`;

/** The command line: parses, calls one use case, renders. */
export function createProgram(): Command {
  const program = new Command('crate-bridge')
    .description(
      "Pulls a facility's RO-Crates, checks them, registers what they say as pointers, and streams a file on demand, verified.",
    )
    .version(VERSION)
    .option('--config <path>', 'configuration file; default: crate-bridge.json or .yaml here')
    .option('--data <dir>', 'data folder; default: ./.crate-bridge')
    .option('--json', 'print one JSON document on stdout and nothing else')
    .option('--quiet', 'print no progress and no notes')
    .addHelpText('after', ENVIRONMENT)
    .configureHelp({
      showGlobalOptions: true,
      // descriptions are written in lines of the source; a terminal has its own
      commandDescription: (command) => command.description().replace(/(?<!\n)\n(?!\n)/g, ' '),
    })
    .showSuggestionAfterError(true);
  // Subcommands inherit this; commander's own exit code for a wrong call is 1, which here means something else.
  program.exitOverride();
  program.commandsGroup('Start:');
  demoCommand(program);
  initCommand(program);
  configCommand(program);
  doctorCommand(program);
  validateCommand(program);
  program.commandsGroup('Every shift:');
  serveCommand(program);
  sourceCommands(program);
  pullCommand(program);
  pushCommand(program);
  quarantineCommand(program);
  driftCommand(program);
  watchCommand(program);
  program.commandsGroup('Query and fetch:');
  listCommands(program);
  fetchCommand(program);
  whyCommand(program);
  program.commandsGroup('Keep:');
  tokenCommand(program);
  rebaseCommand(program);
  redactCommands(program);
  rebuildCommand(program);
  dumpCommand(program);
  restoreCommand(program);
  return program;
}
