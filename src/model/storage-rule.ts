/** A secret by reference: an environment variable, or a file that is read anew each time. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/**
 * A credential by reference: the config names where the secret is, never the secret. `expires` (RFC 3339 date or instant)
 * is what the operator knows of its end; a warning comes before it.
 */
export type CredentialReference = { readonly expires?: string } & (
  | { readonly kind: 'bearer'; readonly env: string }
  | { readonly kind: 'bearer'; readonly file: string }
  | { readonly kind: 'basic'; readonly username: string; readonly passwordEnv: string }
  | { readonly kind: 'basic'; readonly username: string; readonly passwordFile: string }
  | { readonly kind: 'header'; readonly header: string; readonly env: string }
  | { readonly kind: 'header'; readonly header: string; readonly file: string }
  /** OAuth 2.0 client credentials (RFC 6749 §4.4): a token is asked for and used until shortly before it ends. */
  | {
      readonly kind: 'oauth-client';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: SecretReference;
      readonly scope?: string;
      readonly audience?: string;
    }
  /** AWS Signature Version 4; each request is signed for itself. */
  | {
      readonly kind: 's3';
      readonly accessKeyId: SecretReference;
      readonly secretAccessKey: SecretReference;
      readonly sessionToken?: SecretReference;
    }
);

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
