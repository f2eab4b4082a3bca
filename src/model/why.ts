import type { Failure } from './failure.ts';
import type { DeclaredMissing, PointerConflict } from './items.ts';
import type { JsonObject } from './json.ts';
import type { Pointer, Verification } from './pointer.ts';
import type { PullTrigger } from './reports.ts';
import type { Rebase } from './rows.ts';

/** Why a pointer is what it is: who says it, in which words, and what reads it. */
export interface FileWhy {
  readonly pointer: Pointer;
  readonly file_name: string;
  readonly state: 'current' | 'superseded';
  /** Id of the pointer that answers instead, of a superseded one. */
  readonly successor: string | null;
  /** The crate version whose row is shown, and the others that say the same, newest first; the first few. */
  readonly said_by: readonly [PointerOrigin, ...PointerOrigin[]];
  readonly said_by_total: number;
  /** The first one's entity, as its document has it. */
  readonly entity: WhyEntity;
  /** What its crate says it does not say of the file, and why. */
  readonly declared_missing: readonly DeclaredMissing[];
  readonly rule: WhyRule;
  readonly conflicts: readonly PointerConflict[];
  /** The last attempt to read the bytes. */
  readonly verification: Verification | null;
}

/** One crate version that says a pointer. Instants are RFC 3339. */
export interface PointerOrigin {
  readonly facility: string;
  readonly source: string;
  readonly proposal_id: string | null;
  readonly crate: { readonly id: string; readonly iri: string; readonly name: string | null };
  readonly version: {
    readonly id: string;
    readonly number: number;
    readonly state: 'current' | 'superseded' | 'quarantined';
    readonly conformant: boolean;
    readonly profile: string;
    readonly checker_version: string;
    readonly mapper_version: string;
    readonly registered_at: string;
  };
  readonly document: {
    /** Where it was fetched when it was registered. */
    readonly url: string;
    readonly sha256: string;
    readonly media_type: string;
    /** Bytes, before compression. */
    readonly size: number;
    readonly stored_at: string;
  };
  /** The pull that registered it; null for what was pushed, or registered before pulls were kept. */
  readonly pull: { readonly id: string; readonly trigger: PullTrigger; readonly started_at: string } | null;
  readonly entity_iri: string;
  /** Of the entity in the document (RFC 6901). */
  readonly json_pointer: string;
  /** The row is what the root says where the crate has no entity of its own. */
  readonly implied: boolean;
  readonly storage_uri_written: string | null;
  readonly declared_digest: string | null;
  readonly checksum_source: string | null;
  /** Moves the storage_uri followed since it was written. */
  readonly rebases: readonly Rebase[];
}

export interface WhyEntity {
  /** The entity as written; long text and lists are cut. Null where the document no longer has it. */
  readonly written: JsonObject | null;
  /** Properties of the entity that a fact was taken from; null where nobody said it, or several together do. */
  readonly storage_uri: WhyProperty | null;
  readonly sha256: WhyProperty | null;
  readonly file_size_bytes: WhyProperty | null;
}

export interface WhyProperty {
  /** As the entity writes it. */
  readonly property: string;
  readonly value: string;
}

/** The storage rule that reads a pointer, or why none does. */
export type WhyRule =
  | {
      readonly applies: true;
      readonly prefix: string;
      readonly facility: string;
      readonly sources: readonly string[];
      readonly reads: 'http' | 'file';
      /** URL or folder instead of the prefix; only for whoever may know the service's own places (`admin`). */
      readonly target: string | null;
    }
  | { readonly applies: false; readonly failure: Failure };
