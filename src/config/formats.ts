import ipaddr from 'ipaddr.js';

/** The `format` keywords of `schemas/config.schema.json`, and what each wants, for the error message. */
export const CONFIG_FORMATS: Readonly<
  Record<string, { readonly holds: (text: string) => boolean; readonly wants: string }>
> = {
  cidr: { holds: isCidr, wants: 'an address range such as 10.20.0.0/16 or fd00::/8' },
  'http-url': { holds: isHttpUrl, wants: 'an http or https URL without user, password or fragment' },
  'iana-zone': { holds: isZone, wants: 'an IANA time zone such as America/Los_Angeles' },
};

function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === '';
}

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
