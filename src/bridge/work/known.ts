import { MAPPER_VERSION } from '../../mapping/contract.ts';
import { CHECKER_VERSION } from '../../profiles/contract.ts';
import { sameContext } from '../../registry/register/stored.ts';
import type { CrateWork, KnownLocation } from '../../registry/work-contract.ts';
import type { ConfiguredSource } from '../context.ts';
import { isRelay, mappingContext } from '../register-document.ts';
import { hasEveryRecord } from '../schema-records.ts';

/**
 * Whether reading the same bytes again would change nothing: the same rules, told the same, everything it names stored, and
 * nothing known that would judge it otherwise. Then an unchanged document costs one request.
 */
export function stillHolds(known: KnownLocation, from: ConfiguredSource): boolean {
  return (
    !known.gone &&
    !known.misjudged &&
    !known.displaced &&
    known.checkerVersion === CHECKER_VERSION &&
    known.mapperVersion === MAPPER_VERSION &&
    stands(known, from) &&
    isToldTheSame(known, from) &&
    hasEveryRecord(known)
  );
}

/** A crate in quarantine stays there as long as the source's policy is the strict one. */
function stands({ state }: KnownLocation, { source }: ConfiguredSource): boolean {
  return state === 'current' || (state === 'quarantined' && source.admission === 'quarantine');
}

/** Of another source's crate this is a further place, and what counts is what that source was told. */
function isToldTheSame({ authority, context }: KnownLocation, from: ConfiguredSource): boolean {
  const isOurs = authority.facility === from.facility.code && authority.source === from.source.name;
  if (isOurs) {
    const { rebases = [] } = context;
    return sameContext(context, { ...mappingContext(from, context.document_url), rebases });
  }
  return authority.present && (!authority.relayed || isRelay(from));
}

/** Whether the listing itself says that the document is the one fetched last. */
export function isListedSame(listed: CrateWork, known: KnownLocation): boolean {
  const said = [
    [listed.etag, known.etag],
    [listed.lastModified, known.lastModified],
  ].filter(([now]) => now !== null);
  return said.length > 0 && said.every(([now, before]) => now === before);
}
