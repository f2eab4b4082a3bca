/**
 * Base IRI of what a directory source holds: `arcp://name,{source}.{facility}/`, lower-cased as an authority is. A folder has
 * no URL of its own, and an absolute path of one machine must not become an identity (arcp: draft-soilandreyes-arcp §4.3;
 * design §3).
 */
export function directoryPrefix(facility: string, source: string): string {
  return `arcp://name,${encodeURIComponent(source)}.${encodeURIComponent(facility)}/`.toLowerCase();
}

/**
 * Base IRI of what a zip holds: `arcp://uuid,{uuid}/` (arcp: draft-soilandreyes-arcp §4.1). Nothing is read from beneath it:
 * a file inside a zip has no address of its own.
 */
export function zipPrefix(uuid: string): string {
  return `arcp://uuid,${uuid}/`;
}

/** Whether an IRI is of something inside a zip. */
export function isInZip(iri: string): boolean {
  return /^arcp:\/\/uuid,/i.test(iri);
}
