import { sql } from 'drizzle-orm';
import type { Finding } from '../../model/finding.ts';
import type { Registration } from '../contract.ts';
import type { Database } from '../database.ts';
import type { SourceName } from '../work/context.ts';
import { declaredOf, isAsDeclared, NOT_AS_DECLARED } from '../work/declared.ts';
import type { DeclaredDigest } from '../work-contract.ts';

/** A registration held against what crates declare of its bytes. */
export interface Judged {
  /** Without rows and with a finding where the bytes are other ones. */
  readonly registration: Registration;
  readonly asDeclared: boolean;
}

/**
 * Makes whoever registers what is at a place, and whoever registers what a crate declares of it, wait for one another: the
 * second of them sees the first. In the order of their names, before the lock of a crate that is named.
 */
export async function lockPlaces(
  tx: Database,
  { facility, source }: SourceName,
  urls: readonly string[],
): Promise<void> {
  for (const url of [...new Set(urls)].toSorted()) {
    const place = JSON.stringify(['place', facility, source, url]);
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${place}, 0))`);
  }
}

/** Holds a registration against the digests that crates declare of its bytes, registered ones and others. */
export async function judge(tx: Database, registration: Registration): Promise<Judged> {
  const { location, crateIri, context } = registration;
  const registered = await declaredOf(tx, context, [location.url]);
  const declared = [...registration.declared, ...(registered.get(location.url) ?? [])];
  if (isAsDeclared(location.sha256, crateIri, declared)) return { registration, asDeclared: true };
  const others = declared.filter(({ by }) => by !== crateIri);
  const findings = [...registration.findings, differs(location.sha256, others)];
  return { registration: { ...registration, rows: null, findings }, asDeclared: false };
}

function differs(sha256: string, declared: readonly DeclaredDigest[]): Finding {
  const said = declared.map((one) => `${one.by} declares ${one.sha256}`).join('; ');
  return {
    layer: 'document',
    rule: NOT_AS_DECLARED,
    severity: 'error',
    profile: 'crate',
    pointer: '',
    entity: null,
    message:
      `The document has the sha256 ${sha256}, but ${said}. ` +
      'It waits in quarantine until the facility serves what is declared, or declares what it serves.',
  };
}
