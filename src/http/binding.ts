import ipaddr from 'ipaddr.js';
import { failure, type Outcome, success } from '../model/failure.ts';

/** Whether a host to bind to, or one from a `Host` header, is this machine talking to itself. */
export function isLoopback(host: string): boolean {
  const name = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (name.toLowerCase() === 'localhost') return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/** Off loopback anyone can ask, so a service that has no tokens to tell people apart does not bind there (design §4). */
export function bindingAllowed(host: string, hasTokens: boolean): Outcome<void> {
  if (hasTokens || isLoopback(host)) return success(undefined);
  return failure(
    'usage',
    `Serving on ${host === '' ? 'every address' : host} needs at least one token, so that people can be told apart: make one with crate-bridge token create, or serve on 127.0.0.1.`,
    { where: '--host', expected: '127.0.0.1, ::1 or localhost', found: host },
  );
}

/**
 * Whether a `Host` header may address a service on loopback. A page of any site can make a browser ask a name that resolves
 * to 127.0.0.1 (DNS rebinding); only the name gives it away. The port may differ: a tunnel has its own.
 */
export function hostAllowed(header: string, names: readonly string[]): boolean {
  if (!URL.canParse(`http://${header}`)) return false;
  const { hostname } = new URL(`http://${header}`);
  return isLoopback(hostname) || names.some((name) => name.toLowerCase() === hostname);
}
