/** Attached crates, and detached ones, whose file name has a prefix (RO-Crate 1.2, "Types of RO-Crate"). */
const METADATA_DOCUMENT = /^(?:.+-)?ro-crate-metadata\.json$/;

/**
 * Zips that say by their name that they hold a crate: `.eln` (The ELN File Format), `x.crate.zip` as WorkflowHub names them,
 * `ro-crate.zip`, `x-ro-crate.zip`. A data folder may hold thousands of zips that are data; none of them is opened to look.
 */
const ZIPPED_CRATE = /(?:\.eln|\.crate\.zip|(?:^|[.-])ro-crate\.zip)$/i;

/** Whether a file of this name, found in a listing, is taken for a crate: a metadata document or a zip that holds one. */
export function isCrateName(name: string): boolean {
  return METADATA_DOCUMENT.test(name) || ZIPPED_CRATE.test(name);
}

/** Whether a name that is known to be a crate's is that of a zip. */
export function isZipName(name: string): boolean {
  return /\.(?:zip|eln)$/i.test(name);
}
