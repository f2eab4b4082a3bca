const TIMESTAMPTZ = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?(?::\d\d)?$/;

/**
 * A timestamptz as the database writes it (`2026-11-21 23:00:00.5+00`) as an RFC 3339 instant in UTC with milliseconds.
 * Null stays null.
 */
export function rfc3339(text: string): string;
export function rfc3339(text: string | null): string | null;
export function rfc3339(text: string | null): string | null {
  if (text === null) return null;
  const parts = TIMESTAMPTZ.exec(text);
  const instant = new Date(parts === null ? text : `${parts[1]}T${parts[2]}${parts[3]}:${parts[4] ?? '00'}`);
  return Number.isNaN(instant.getTime()) ? text : instant.toISOString();
}
