import type { Finding } from '../model/finding.ts';

/** Findings of one rule in one document are cut here: a hostile document must not make a report without end. */
const MAX_PER_RULE = 100;

/** A finding of this room, before its profile is filled in. */
export type CrateFinding = Omit<Finding, 'profile' | 'entity'> & { readonly entity?: string | null };

/** Collects findings of this room in order. After 100 of one rule the rest are counted and named once at the end. */
export class FindingList {
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<string, number>();

  add(finding: CrateFinding): void {
    const count = (this.#counts.get(finding.rule) ?? 0) + 1;
    this.#counts.set(finding.rule, count);
    if (count <= MAX_PER_RULE) this.#kept.push(stored(finding));
  }

  /** Everything collected so far. */
  list(): readonly Finding[] {
    const more: Finding[] = [];
    for (const [rule, count] of this.#counts) {
      const sample = this.#kept.find((finding) => finding.rule === rule);
      if (count > MAX_PER_RULE && sample !== undefined) {
        const message = `${count - MAX_PER_RULE} more of rule ${rule}; the first ${MAX_PER_RULE} are listed.`;
        more.push({ ...sample, pointer: '', entity: null, message });
      }
    }
    return [...this.#kept, ...more];
  }
}

/**
 * Text of a document as it can stand in a message or a database: NUL and lone surrogates replaced (PostgreSQL refuses
 * both), cut after 200 characters.
 */
export function quoted(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return `"${storable(short)}"`;
}

/** The text without what PostgreSQL cannot hold. */
export function storable(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

function stored(finding: CrateFinding): Finding {
  return {
    layer: finding.layer,
    rule: finding.rule,
    severity: finding.severity,
    profile: 'crate',
    pointer: finding.pointer === null ? null : storable(finding.pointer),
    entity: finding.entity == null ? null : storable(finding.entity),
    message: storable(finding.message),
  };
}
