import type { FacilityConfig } from '../config/contract.ts';
import { type Caller, reaches } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type {
  DetailOf,
  FacilityItem,
  FileItem,
  ItemOf,
  ListFilters,
  ListKind,
  Page,
  PageRequest,
  PointerConflict,
} from '../model/items.ts';
import { mayPoint, ruleFor } from '../storage/rules.ts';
import { type BridgeContext, storageRules } from './context.ts';
import { findPointer } from './resolve.ts';

/** One page of a list, files shown with the conflicts the storage rules make. */
export async function list<K extends ListKind>(
  context: BridgeContext,
  kind: K,
  filters: ListFilters,
  page: PageRequest,
  caller: Caller,
): Promise<Outcome<Page<ItemOf[K]>>> {
  const found = await context.registry.list(kind, filters, page, caller);
  if (!found.ok || kind !== 'files') return found;
  return success({ ...found.value, items: found.value.items.map((item) => withConflicts(context, item)) });
}

/** One item with its details. */
export async function get<K extends ListKind>(
  context: BridgeContext,
  kind: K,
  id: string,
  caller: Caller,
): Promise<Outcome<DetailOf[K]>> {
  const found = await context.registry.get(kind, id, caller);
  return found.ok ? success(withConflicts(context, found.value)) : found;
}

/** The file behind a pointer id or a storage_uri. */
export async function fileItem(
  context: BridgeContext,
  file: string,
  caller: Caller,
): Promise<Outcome<FileItem>> {
  const record = await findPointer(context, file, caller);
  return record.ok ? get(context, 'files', record.value.pointer.id, caller) : record;
}

/**
 * Facilities of the configuration the caller may see something of, with what is registered and visible there. A facility
 * whose metadata is restricted does not exist for a stranger.
 */
export async function facilities(
  context: BridgeContext,
  caller: Caller,
): Promise<Outcome<readonly FacilityItem[]>> {
  const totals = await context.registry.facilityTotals(caller);
  if (!totals.ok) return totals;
  const visible = context.config.facilities.filter((f) => isVisible(f, caller));
  return success(
    visible.map((facility) => {
      const counted = totals.value.find((t) => t.facility === facility.code);
      return {
        id: facility.code,
        code: facility.code,
        name: facility.name,
        ror: facility.ror,
        timezone: facility.timezone,
        access: facility.access,
        sources: facility.sources.map((s) => ({ name: s.name, kind: s.kind, schedule: s.schedule ?? null })),
        crates: counted?.crates ?? 0,
        runs: counted?.runs ?? 0,
        files: counted?.files ?? 0,
        bytes_referenced: counted?.bytes_referenced ?? 0,
      };
    }),
  );
}

export async function facility(
  context: BridgeContext,
  code: string,
  caller: Caller,
): Promise<Outcome<FacilityItem>> {
  const all = await facilities(context, caller);
  if (!all.ok) return all;
  const found = all.value.find((f) => f.code === code);
  return found === undefined
    ? failure('not_found', `No facility ${code} is known here.`, { found: code })
    : success(found);
}

function isVisible(facility: FacilityConfig, caller: Caller): boolean {
  const reach = caller.metadata;
  return (
    reaches(reach, facility.code, null) ||
    (reach.kind === 'some' && reach.proposals.some((p) => p.facility === facility.code))
  );
}

/** Adds what the registry cannot know: a pointer beneath a prefix its sources may not point at (design rule 7). */
function withConflicts<T extends object>(context: BridgeContext, item: T): T {
  if (!isFile(item)) return item;
  const conflict = foreignPrefix(context, item);
  return conflict === null ? item : { ...item, conflicts: [conflict, ...item.conflicts] };
}

function isFile(item: object): item is FileItem {
  return 'storage_uri' in item && 'conflicts' in item;
}

function foreignPrefix(context: BridgeContext, file: FileItem): PointerConflict | null {
  if (file.storage_uri === null) return null;
  const rule = ruleFor(storageRules(context.config), file.storage_uri);
  if (rule === null) return null;
  const allowed = file.sources.some((source) => {
    const [facilityCode = '', name = ''] = source.split('/');
    return mayPoint(rule, facilityCode, name);
  });
  if (allowed) return null;
  return {
    code: 'foreign-prefix',
    message: `${file.sources.join(', ')} may not point beneath ${rule.prefix}, which belongs to ${rule.facility}; the pointer does not resolve.`,
    pointers: [],
  };
}
