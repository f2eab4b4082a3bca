import type { CrateEntity } from '../../crate/contract.ts';
import type { AssociationKind, AssociationRow } from '../../model/rows.ts';
import type { Reference } from './reader.ts';
import type { MapScope } from './scope.ts';

/** Collects associations, one for each kind, pair and role, and tells readers which references they hold. */
export class LinkList {
  readonly #scope: MapScope;
  readonly #rows: AssociationRow[] = [];
  /** Objects by kind, subject and role. */
  readonly #seen = new Map<string, Set<string>>();

  constructor(scope: MapScope) {
    this.#scope = scope;
  }

  get rows(): readonly AssociationRow[] {
    return this.#rows;
  }

  /** Joins two rows. What the crate says twice (`object` and `prov:used`) is one association, where first said. */
  add(
    kind: AssociationKind,
    subject: string,
    object: string,
    at: { readonly pointer: string; readonly role?: string; readonly position?: number },
  ): void {
    const role = at.role ?? null;
    const from = `${kind} ${role} ${subject}`;
    const objects = this.#seen.get(from) ?? new Set();
    if (objects.size === 0) this.#seen.set(from, objects);
    if (objects.has(object)) return;
    objects.add(object);
    const position = at.position ?? null;
    this.#rows.push({
      kind,
      subject_iri: subject,
      object_iri: object,
      role,
      position,
      json_pointer: at.pointer,
    });
  }

  /** Joins by a reference of an entity, which the properties then need not repeat. */
  addReference(
    kind: AssociationKind,
    subject: string,
    from: CrateEntity,
    reference: Reference,
    more: { readonly role?: string; readonly position?: number } = {},
  ): void {
    this.add(kind, subject, reference.iri, { pointer: reference.pointer, ...more });
    this.#scope.reader(from).holdItem(reference.key, reference.position);
  }
}
