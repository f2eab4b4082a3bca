/**
 * Base IRI of what a directory source holds: `arcp://name,{source}.{facility}/`, lower-cased as an authority is. A folder has
 * no URL of its own, and an absolute path of one machine must not become an identity (arcp: draft-soilandreyes-arcp §4.3;
 * design §3).
 */
export function directoryPrefix(facility: string, source: string): string {
  return `arcp://name,${encodeURIComponent(source)}.${encodeURIComponent(facility)}/`.toLowerCase();
}
