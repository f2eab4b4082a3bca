import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Places } from './places.ts';

/*
 * PGlite does not lock its data directory, and two processes writing one is its end. So one process owns it, said by
 * numbered files: the highest number is the owner's. A file is linked into place whole (link(2) fails where one exists),
 * a dead owner's is never removed but outnumbered, and whoever made a number owns the database only if none is higher.
 */

/** What a file in the owners' folder says. */
interface Claim {
  readonly pid: number;
  /** When the process started, as the system counts; null where it does not say. */
  readonly started: string | null;
  readonly released: boolean;
}

export interface Ownership {
  /** Lets the next process have it. */
  release(): void;
}

/** Takes the ownership; null when a living process has it. */
export async function takeOwnership({ owners, socket }: Places): Promise<Ownership | null> {
  for (;;) {
    const highest = highestNumber(owners);
    if (highest > 0 && (await isAlive(readClaim(owners, highest), socket))) return null;
    const mine = highest + 1;
    const claim: Claim = { pid: process.pid, started: startOf(process.pid), released: false };
    if (!putInPlace(owners, mine, claim)) continue;
    if (highestNumber(owners) !== mine) {
      rmSync(fileOf(owners, mine), { force: true });
      continue;
    }
    for (const number of numbers(owners)) {
      if (number < mine) rmSync(fileOf(owners, number), { force: true });
    }
    return {
      release: () => {
        // replaced, not removed: numbers only ever grow
        try {
          renameSync(writeClaim(owners, { ...claim, released: true }), fileOf(owners, mine));
        } catch {
          // the folder was taken away, and with it what was owned
        }
      },
    };
  }
}

/** Whether a server answers at the socket. */
export function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    const say = (answer: boolean) => () => {
      probe.destroy();
      resolve(answer);
    };
    probe.once('connect', say(true));
    probe.once('error', say(false));
  });
}

async function isAlive(claim: Claim | null, socket: string): Promise<boolean> {
  if (claim === null || claim.released) return false;
  // another container on the same folder has another process table, but its socket answers
  if (await answers(socket)) return true;
  try {
    process.kill(claim.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  // a process number is used again, with another start
  const started = startOf(claim.pid);
  return started === null || claim.started === null || started === claim.started;
}

/** Start of a process in ticks since boot (proc(5), stat field 22), with the boot; null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // the name in field 2 may hold spaces and parentheses
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${afterName[19] ?? ''}`;
  } catch {
    return null;
  }
}

function fileOf(owners: string, number: number): string {
  return join(owners, String(number));
}

function numbers(owners: string): readonly number[] {
  return readdirSync(owners)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number);
}

function highestNumber(owners: string): number {
  return Math.max(0, ...numbers(owners));
}

function readClaim(owners: string, number: number): Claim | null {
  try {
    const said: unknown = JSON.parse(readFileSync(fileOf(owners, number), 'utf8'));
    if (typeof said !== 'object' || said === null || !('pid' in said) || typeof said.pid !== 'number')
      return null;
    return {
      pid: said.pid,
      started: 'started' in said && typeof said.started === 'string' ? said.started : null,
      released: 'released' in said && said.released === true,
    };
  } catch {
    // outnumbered and removed meanwhile, or not ours: the next look decides
    return null;
  }
}

function writeClaim(owners: string, claim: Claim): string {
  const temporary = join(owners, `.${randomUUID()}`);
  writeFileSync(temporary, JSON.stringify(claim), { mode: 0o600 });
  return temporary;
}

/** False when somebody made this number first. */
function putInPlace(owners: string, number: number, claim: Claim): boolean {
  const temporary = writeClaim(owners, claim);
  try {
    linkSync(temporary, fileOf(owners, number));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
