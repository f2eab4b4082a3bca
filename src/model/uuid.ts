const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the shape of a UUID, of any version: what PostgreSQL takes for one, and our ids are. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
