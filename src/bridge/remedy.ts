import type { Failure, FailureCode } from '../model/failure.ts';

/** What an operator can do about a failure, by its code; what the facility has to do is said as that. */
const BY_CODE: Partial<Readonly<Record<FailureCode, string>>> = {
  credential_missing: 'Set that variable or write that file for the user this runs as, then try again.',
  upstream_denied:
    "Check the source's credential: whether it has ended, whether it may read this, and whether it is meant for this host.",
  upstream_missing: 'Check the URL with the facility; a redirect or a renamed folder is the usual reason.',
  upstream_status: "Ask again later, and the facility if it stays: the server's own log says why.",
  timed_out: 'Ask again later; if it stays, a firewall that drops packets is the usual reason.',
  redirect_refused: 'Put the URL it redirects to into the configuration, if that is the facility.',
  too_large: 'The document is beyond the cap on metadata; ask the facility whether files are inlined in it.',
  unreadable: 'Send the facility the message above: what answers there is not what it should be.',
  no_storage_rule:
    'Add a rule to facilities[].storage whose prefix begins these URIs, with the url or root they are read from.',
  no_storage_uri:
    'The crate says nowhere where its bytes are: a storage_uri, an absolute @id or a contentUrl is needed.',
  pointer_conflict: "Name this source in the rule's sources, if it may point there.",
  outside_root:
    'A storage_uri must stay beneath the prefix of its rule; ask the facility to write it without `..`.',
  size_mismatch: 'The file has changed since the crate was written, or the rule reads another one.',
  content_encoded: 'The server compresses although that was declined; it must send files as they are stored.',
  config_invalid: 'Mend the configuration and run `crate-bridge config check`.',
};

/** Errors of the system beneath a failure, by the code Node or OpenSSL gives. */
const BY_SYSTEM: readonly (readonly [RegExp, string])[] = [
  [
    /ENOTFOUND|EAI_NODATA/,
    'No DNS server knows this name here: check its spelling, and whether it needs a VPN or an inner DNS.',
  ],
  [/EAI_AGAIN/, 'DNS did not answer: check /etc/resolv.conf and the network of this machine.'],
  [/ECONNREFUSED/, 'Nothing listens there: check host and port, and whether the server runs.'],
  [/EHOSTUNREACH|ENETUNREACH/, 'There is no way to that network from here: check routes, VPN and firewall.'],
  [/CERT_HAS_EXPIRED/, "The server's certificate has expired: its operators must renew it."],
  [/CERT_NOT_YET_VALID/, 'The certificate is not valid yet: check the clock of this machine.'],
  [/ALTNAME_INVALID/, "The certificate is for another name: use that name, or ask the server's operators."],
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ISSUER/,
    'The certificate is signed by nobody this machine trusts: give its authority in a file with NODE_EXTRA_CA_CERTS.',
  ],
  [
    /ERR_SSL|EPROTO|WRONG_VERSION/,
    'That port does not speak TLS as asked: check http against https, and the port.',
  ],
  [
    /ECONNRESET|UND_ERR_SOCKET/,
    'The server closed the connection: a proxy or firewall between is the usual reason.',
  ],
  [/EACCES|EPERM/, 'This user may not read there: check the permissions of the folder and those above it.'],
  [/ENOENT/, 'There is no such folder: check the path, and whether the storage is mounted.'],
];

/** What to do about a failure; null when its own message says all there is. */
export function remedyFor(reason: Failure): string | null {
  if (reason.code === 'blocked_address') {
    const address = /^\S+/.exec(reason.found ?? '')?.[0];
    return address === undefined
      ? 'Use a plain http or https URL.'
      : `If the facility is there, add "${rangeOf(address)}" to its network.allow.`;
  }
  const said = `${reason.found ?? ''} ${reason.message}`;
  const system = BY_SYSTEM.find(([pattern]) => pattern.test(said))?.[1];
  return system ?? BY_CODE[reason.code] ?? null;
}

/** The smallest range that holds an address. */
export function rangeOf(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}
