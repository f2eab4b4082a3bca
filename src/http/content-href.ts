/** Names that cannot be the last segment of a URL: browsers and clients resolve or drop them. */
const UNADDRESSABLE: readonly string[] = ['', '.', '..'];

/** The name under which a file's bytes are found: its own, or `file` where its own cannot stand in a URL. */
export function addressedName(fileName: string): string {
  return UNADDRESSABLE.includes(fileName) ? 'file' : fileName.toWellFormed();
}

/** Path of a file's bytes; the name is kept so that a download and its siblings are called what they are. */
export function contentHref(file: { readonly id: string; readonly file_name: string }): string {
  return `/api/v1/files/${file.id}/content/${encodeURIComponent(addressedName(file.file_name))}`;
}
