import type { Outcome } from '../model/failure.ts';

/** One line of a dump: a header, a row, or the end with what must have come before it. */
export type DumpLine =
  | {
      readonly kind: 'header';
      readonly format: 'crate-bridge-dump/1';
      readonly version: string;
      readonly schema: number;
      readonly at: string;
    }
  | { readonly kind: 'row'; readonly table: string; readonly row: Readonly<Record<string, unknown>> }
  | { readonly kind: 'end'; readonly rows: Readonly<Record<string, number>> };

/** The whole registry as lines and back, from either engine to the other: documents, rows and facts. */
export interface Archive {
  /** One consistent snapshot, streamed; secrets are in it only as the digests the database holds. Throws `RegistryError`. */
  dump(now: Date, version: string): AsyncIterable<DumpLine>;
  /** Into an empty registry, all or nothing; `usage` where it is not empty, `unreadable` where the lines are not whole. */
  restore(
    lines: AsyncIterable<DumpLine>,
  ): Promise<Outcome<{ readonly rows: number; readonly tables: number }>>;
}
