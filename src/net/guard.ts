import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type Failure, failed, failure, type Outcome, success } from '../model/failure.ts';
import { addressAllowed, addressListed, type Cidr, isOpenPort } from './address.ts';
import { displayUrl } from './display.ts';

/** Thrown inside a connection attempt that the guard stops; the client turns it back into its failure. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

/**
 * A URL that may be asked at all: absolute, http or https, no user name or password in it, and not a refused address
 * written as a literal. The WHATWG parser has turned `127.1`, `0x7f000001` and `2130706433` into 127.0.0.1 by then.
 */
export function checkUrl(text: string, allow: readonly Cidr[]): Outcome<URL> {
  if (!URL.canParse(text)) {
    return failure('blocked_address', 'This is not an absolute URL; an http or https URL is needed.');
  }
  const url = new URL(text);
  const where = displayUrl(url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return failure('blocked_address', `Only http and https URLs are asked, not ${url.protocol}`, { where });
  }
  if (url.username !== '' || url.password !== '') {
    return failure(
      'blocked_address',
      'The URL carries a user name or password; configure a credential instead.',
      { where },
    );
  }
  const host = unbracketed(url.hostname);
  if (isIP(host) !== 0) {
    const refused = checkAddress(host, portOf(url), allow);
    if (refused !== null) return failed({ ...refused, where });
  }
  return success(url);
}

/** Null when this address may be asked on this port, else why not. For sockets that are not HTTP as well. */
export function checkAddress(address: string, port: number, allow: readonly Cidr[]): Failure | null {
  if (!addressAllowed(address, allow)) {
    return {
      code: 'blocked_address',
      message: `${address} is not a public address. If the facility lives there, add its range to network.allow.`,
      found: address,
    };
  }
  if (!isOpenPort(port) && !addressListed(address, allow)) {
    return {
      code: 'blocked_address',
      message: `Port ${port} is not an HTTP port. If the facility answers there, add ${address} to network.allow.`,
      found: `${address} port ${port}`,
    };
  }
  return null;
}

/** The part of `dns.lookup` the guard needs. */
export type Resolver = (
  hostname: string,
  options: { readonly all: true; readonly family?: number; readonly hints?: number },
  callback: (
    error: NodeJS.ErrnoException | null,
    addresses: readonly { readonly address: string; readonly family: number }[],
  ) => void,
) => void;

const systemResolver: Resolver = (hostname, options, callback) =>
  systemLookup(hostname, options, (error, addresses) => callback(error, addresses ?? []));

/**
 * A `lookup` for `net.connect`, `tls.connect` and anything built on them: resolves once, refuses the host when any of its
 * addresses is refused, and hands on exactly the checked list, so that a second answer cannot slip in (DNS rebinding).
 * Node calls no lookup for an address literal: check those with `checkAddress` first.
 */
export function guardedLookup(
  allow: readonly Cidr[],
  port: number,
  resolve: Resolver = systemResolver,
): LookupFunction {
  return (hostname, options, callback) => {
    const family = typeof options.family === 'number' ? { family: options.family } : {};
    resolve(hostname, { all: true, ...family }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const refused = addresses.map((a) => checkAddress(a.address, port, allow)).find((f) => f !== null);
      if (refused !== undefined) return callback(new GuardError(refused), '', 0);
      const first = addresses[0];
      if (first === undefined) {
        return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
      }
      if (options.all === true) return callback(null, [...addresses]);
      return callback(null, first.address, first.family);
    });
  };
}

export interface GuardOptions {
  readonly allow: readonly Cidr[];
  readonly connectTimeout: number;
  readonly resolve?: Resolver;
}

/**
 * An undici connector that checks the literal host, every resolved address and, before the first byte is written, the
 * connected socket. A socket that was kept alive has been through all three.
 */
export function guardedConnector(options: GuardOptions): buildConnector.connector {
  const connectors = new Map<number, buildConnector.connector>();
  return (target, callback) => {
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const host = unbracketed(target.hostname);
    const refused = isIP(host) === 0 ? null : checkAddress(host, port, options.allow);
    if (refused !== null) return callback(new GuardError(refused), null);

    let connector = connectors.get(port);
    if (connector === undefined) {
      connector = buildConnector({
        lookup: guardedLookup(options.allow, port, options.resolve),
        timeout: options.connectTimeout,
        // HTTP/2 has not been measured under the faults a stream must survive.
        allowH2: false,
      });
      connectors.set(port, connector);
    }
    return connector(target, (...[error, socket]) => {
      // The types promise null; on an error undici leaves the socket out.
      if (error !== null) return callback(error, null);
      const late =
        socket.remoteAddress === undefined
          ? ({ code: 'unreachable', message: 'The connection closed while it was made.' } satisfies Failure)
          : checkAddress(socket.remoteAddress, port, options.allow);
      if (late === null) return callback(null, socket);
      socket.destroy();
      return callback(new GuardError(late), null);
    });
  };
}

function unbracketed(hostname: string): string {
  return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
