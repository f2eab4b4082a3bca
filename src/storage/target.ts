import { failure, type Outcome, success } from '../model/failure.ts';
import type { StorageRule } from '../model/storage-rule.ts';
import { credentialFor, type SecretStore } from '../net/credentials.ts';
import { canonicalUri, splitCanonical } from './canonical.ts';
import type { StorageTarget } from './contract.ts';
import { restAfter } from './rules.ts';

/**
 * Where a storage_uri is read by this rule: what follows the prefix, appended to the rule's URL or decoded beneath its
 * root. `outside_root` when the URI tries to leave the rule.
 */
export function targetFor(rule: StorageRule, storageUri: string): Outcome<StorageTarget> {
  const canonical = canonicalUri(storageUri);
  if (!canonical.ok) return canonical;
  const prefix = canonicalUri(rule.prefix);
  if (!prefix.ok) return failure('config_invalid', `The storage prefix ${rule.prefix} is not a plain URI.`);
  const { path, query } = splitCanonical(canonical.value);
  const rest = restAfter(prefix.value, path);
  if (rest === null) {
    return failure('outside_root', `The storage_uri is not beneath the prefix ${rule.prefix}.`);
  }
  if (rule.target.kind === 'file') return fileTarget(rule.target.root, rest, query);
  return httpTarget(rule, rule.target.url, rest + query);
}

/** The same with the credential of the rule, got at the moment of use; `credential_missing` when its secret is not there. */
export async function authorised(
  target: StorageTarget,
  rule: StorageRule,
  secrets?: SecretStore,
): Promise<Outcome<StorageTarget>> {
  if (target.kind !== 'http' || rule.credential === undefined) return success(target);
  const credential = await credentialFor(rule.credential, new URL(target.url).origin, secrets);
  return credential.ok ? success({ ...target, credential: credential.value }) : credential;
}

function fileTarget(root: string, rest: string, query: string): Outcome<StorageTarget> {
  if (query !== '') {
    return failure('outside_root', 'A file is not asked with a query; a ? in its name is written %3F.');
  }
  const path = decoded(rest);
  return path === null
    ? failure('outside_root', 'The storage_uri has escapes that are not UTF-8.')
    : success({ kind: 'file', root, path });
}

function httpTarget(rule: StorageRule, base: string, rest: string): Outcome<StorageTarget> {
  if (!URL.canParse(base)) {
    return failure('config_invalid', `The storage rule for ${rule.prefix} has no readable URL.`);
  }
  const root = new URL(base).href;
  const joint = root.endsWith('/') || root.includes('?') || rest === '' || rest.startsWith('?') ? '' : '/';
  const url = new URL(`${root}${joint}${rest}`);
  if (!url.href.startsWith(root)) {
    return failure('outside_root', `The storage_uri leads out of the URL of its rule (${rule.prefix}).`);
  }
  return success({ kind: 'http', url: url.href });
}

function decoded(rest: string): string | null {
  try {
    return decodeURIComponent(rest);
  } catch {
    return null;
  }
}
