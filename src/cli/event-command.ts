import { spawn } from 'node:child_process';
import type { ChangeEvent } from '../model/changes.ts';

/** How a command ended, for a person; null where it exited 0. */
export type CommandTrouble = string | null;

/**
 * Runs a command of the shell for one event, which is JSON on its standard input and, in parts, in its environment. What the
 * event says never becomes part of the command line.
 */
export function runForEvent(command: string, event: ChangeEvent): Promise<CommandTrouble> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...process.env, ...environmentOf(event) },
    });
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('close', (code, signal) =>
      resolve(code === 0 ? null : signal === null ? `exited ${code}` : `was ended by ${signal}`),
    );
    // a command need not read what it is given
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(event)}\n`);
  });
}

/** Variables hold no NUL; neither do the names and IRIs of a registered crate. */
function environmentOf(event: ChangeEvent): Readonly<Record<string, string>> {
  return {
    CRATE_BRIDGE_EVENT_ID: event.id,
    CRATE_BRIDGE_EVENT_TYPE: event.type,
    CRATE_BRIDGE_EVENT_AT: event.at,
    CRATE_BRIDGE_EVENT_CURSOR: event.cursor,
    CRATE_BRIDGE_EVENT_FACILITY: event.facility,
    CRATE_BRIDGE_EVENT_SOURCE: event.source,
    CRATE_BRIDGE_EVENT_PROPOSAL_ID: event.proposal_id ?? '',
    CRATE_BRIDGE_EVENT_CRATE_ID: event.crate_id ?? '',
    CRATE_BRIDGE_EVENT_CRATE_IRI: event.crate_iri ?? '',
  };
}
