import { isInZip } from '../model/arcp.ts';
import type { Caller } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { StorageRule } from '../model/storage-rule.ts';
import { isUuid } from '../model/uuid.ts';
import type { PointerRecord } from '../registry/contract.ts';
import { mayPoint, ruleFor } from '../storage/rules.ts';
import { type BridgeContext, storageRules } from './context.ts';

/**
 * The pointer a caller means: by its id, or by the storage_uri it names. Of several pointers at one storage_uri the first
 * that may point there answers; what a caller may not see does not exist for them.
 */
export async function findPointer(
  context: BridgeContext,
  file: string,
  caller: Caller,
): Promise<Outcome<PointerRecord>> {
  if (isUuid(file)) return context.registry.pointer(file, caller);
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(file)) {
    return failure('not_found', `${file} is neither the id of a registered file nor a storage_uri.`, {
      found: file,
      expected: 'a file id (UUID) or an absolute URI such as sibyls://als/…',
    });
  }
  const found = await context.registry.pointersAt(file, caller);
  if (!found.ok) return found;
  const best = found.value.find((record) => storageRuleFor(context, record).ok) ?? found.value[0];
  return best === undefined
    ? failure('not_found', `No registered file has the storage_uri ${file}.`, { found: file })
    : success(best);
}

/**
 * The storage rule that reads a pointer (design rule 7): the longest prefix that covers its storage_uri, if one of the
 * sources that say the pointer may point there.
 */
export function storageRuleFor(context: BridgeContext, record: PointerRecord): Outcome<StorageRule> {
  const uri = record.pointer.storage_uri;
  if (uri === null) {
    return failure('no_storage_uri', `${record.file_name} is known, but nobody said where its bytes are.`, {
      where: record.pointer.file_iri,
      expected: 'a storage_uri, an absolute @id or a contentUrl in the crate',
    });
  }
  const rule = ruleFor(storageRules(context.config), uri);
  if (rule === null && isInZip(uri)) {
    return failure(
      'no_storage_rule',
      `${record.file_name} is inside a zip, and nothing is read from inside one.`,
      {
        where: uri,
        expected:
          'a storage_uri in the crate, or a rule with this prefix that says where the files lie unpacked',
      },
    );
  }
  if (rule === null) {
    return failure('no_storage_rule', `No storage rule covers ${uri}.`, {
      where: uri,
      expected: `a rule in facilities[].storage whose prefix begins this URI, such as ${prefixOf(uri)}`,
    });
  }
  const allowed = record.sources.some((source) => {
    const [facility = '', name = ''] = source.split('/');
    return mayPoint(rule, facility, name);
  });
  if (!allowed) {
    return failure(
      'pointer_conflict',
      `${record.sources.join(', ')} may not point beneath ${rule.prefix}, which belongs to ${rule.facility}.`,
      {
        where: uri,
        found: record.sources.join(', '),
        expected: `one of ${rule.sources.join(', ') || 'no source'}`,
      },
    );
  }
  return success(rule);
}

function prefixOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}
