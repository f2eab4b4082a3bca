/**
 * A time as a source wrote it, with what it pins down. `earliest` (inclusive) and `before` (exclusive) are RFC 3339
 * instants in UTC: a date alone is the whole local day of its facility, never an invented midnight. Both are null when
 * the text could not be read.
 */
export interface SourceTime {
  readonly text: string;
  readonly earliest: string | null;
  readonly before: string | null;
}
