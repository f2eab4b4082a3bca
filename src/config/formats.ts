import { CronPattern } from 'croner';
import ipaddr from 'ipaddr.js';

/** The `format` keywords of `schemas/config.schema.json`, and what each wants, for the error message. */
export const CONFIG_FORMATS: Readonly<
  Record<string, { readonly holds: (text: string) => boolean; readonly wants: string }>
> = {
  cidr: { holds: isCidr, wants: 'an address range such as 10.20.0.0/16 or fd00::/8' },
  'http-url': { holds: isHttpUrl, wants: 'an http or https URL without user, password or fragment' },
  'iana-zone': { holds: isZone, wants: 'an IANA time zone such as America/Los_Angeles' },
  cron: {
    holds: isCron,
    wants: 'five cron fields: minute hour day month weekday, such as "15 0,8,16 * * *"',
  },
  'date-or-instant': {
    holds: isDateOrInstant,
    wants: 'a date such as 2027-03-31, or an instant with an offset such as 2027-03-31T12:00:00Z',
  },
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

/** Five fields and what they may hold; a field of seconds would pull sixty times a minute by mistake. */
function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    new CronPattern(text);
    return true;
  } catch {
    return false;
  }
}

function isDateOrInstant(text: string): boolean {
  const shaped = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  return shaped && !Number.isNaN(Date.parse(text));
}
