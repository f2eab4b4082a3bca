import ipaddr from 'ipaddr.js';

/** A range of addresses: first address and prefix length. */
export type Cidr = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * The only IPv6 block IANA has given out as global unicast. Asking for it also denies what ipaddr.js calls unicast and is
 * not: IPv4-compatible `::/96` (`::7f00:1` is 127.0.0.1), site-local `fec0::/10`, local NAT64 `64:ff9b:1::/48`.
 */
const GLOBAL_UNICAST_V6: Cidr = [ipaddr.IPv6.parse('2000::'), 3];

/** Ports below 1024 that speak HTTP; the others belong to mail, shells, directories and file servers. */
const HTTP_PORTS: readonly number[] = [80, 443];

/**
 * CIDR ranges from their text; a bare address is a range of one. Throws a `RangeError` on anything else: ranges come from
 * the configuration, which is checked before.
 */
export function parseRanges(ranges: readonly string[]): readonly Cidr[] {
  return ranges.map((range) => {
    if (ipaddr.isValidCIDR(range)) return ipaddr.parseCIDR(range);
    if (ipaddr.isValid(range)) {
      const address = ipaddr.process(range);
      return [address, address.kind() === 'ipv4' ? 32 : 128] as const;
    }
    throw new RangeError(`"${range}" is not an address range; write one like 10.1.0.0/16 or 127.0.0.1`);
  });
}

/**
 * Whether a request may go to this address: it is public unicast or inside one of the allowed ranges. An IPv4-mapped IPv6
 * address counts as its IPv4 address; what is not an address is refused.
 */
export function addressAllowed(address: string, allow: readonly Cidr[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && (isPublic(parsed) || isListed(parsed, allow));
}

/** Whether an allowed range names this address, public or not. */
export function addressListed(address: string, allow: readonly Cidr[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && isListed(parsed, allow);
}

/** Whether a host of a URL is this machine itself: `localhost` or a loopback address. */
export function isLoopbackHost(host: string): boolean {
  const name = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return name.toLowerCase() === 'localhost' || parseAddress(name)?.range() === 'loopback';
}

/** Whether any public address may be asked on this port; on the others only a listed address may. */
export function isOpenPort(port: number): boolean {
  return port >= 1024 || HTTP_PORTS.includes(port);
}

function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // Unlike inet_aton, a dotted quad only: `127.1` and octal octets reach here as host names, never as literals.
  if (!ipaddr.isValid(address)) return null;
  return ipaddr.process(address);
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || isListed(address, [GLOBAL_UNICAST_V6]);
}

function isListed(address: ipaddr.IPv4 | ipaddr.IPv6, ranges: readonly Cidr[]): boolean {
  return ranges.some(([first, bits]) => first.kind() === address.kind() && address.match(first, bits));
}
