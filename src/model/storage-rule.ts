/** A credential by reference: the config names where the secret is, never the secret. */
export type CredentialReference =
  | { readonly kind: 'bearer'; readonly env: string }
  | { readonly kind: 'bearer'; readonly file: string }
  | { readonly kind: 'basic'; readonly username: string; readonly passwordEnv: string }
  | { readonly kind: 'header'; readonly header: string; readonly env: string };

/**
 * Where the bytes under a URI prefix are read from and who may point there (design rule 7). The longest matching prefix
 * wins. Exactly one of `url` (a base the rest of the URI is appended to) and `root` (an absolute folder) is set.
 */
export interface StorageRule {
  readonly prefix: string;
  readonly facility: string;
  readonly target:
    | { readonly kind: 'http'; readonly url: string }
    | { readonly kind: 'file'; readonly root: string };
  /** `source` names that may point beneath the prefix, as `{facility}/{source}`; default: the facility's own sources. */
  readonly sources: readonly string[];
  readonly credential?: CredentialReference;
}
