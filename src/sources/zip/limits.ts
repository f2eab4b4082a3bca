/** Bounds on a zip, whatever its directory says, so that memory and time are bounded by these numbers and not by input. */
export const ZIP_LIMITS = {
  /**
   * Entries. A crate of half a million files has a document of some 200 MB, more than is read of any document; reading
   * that many directory records takes about a second.
   */
  entries: 500_000,
  /** Bytes of an entry's name: PATH_MAX of the systems that could unpack it. */
  nameBytes: 4096,
  /** Bytes read to find and read the directory: 500,000 records with names of 80 bytes. */
  directoryBytes: 64 * 1024 * 1024,
  /**
   * A whole zip held in memory where the server sends no ranges. Four crates of a source are in flight at once, so this is
   * a quarter of what such a server can make the service hold.
   */
  downloadBytes: 128 * 1024 * 1024,
  /** Unpacked to packed size, counted above `ratioFrom`. A document of near-identical entities packs 30 to 1. */
  ratio: 200,
  /** Smaller entries do no harm whatever their ratio. */
  ratioFrom: 1024 * 1024,
} as const;

/**
 * Bytes asked for from the end of a zip in the first request: the end record with the longest comment it may have (65,557
 * bytes with the zip64 locator), and the directory of several hundred files, so that a usual crate takes two requests.
 */
export const TAIL_BYTES = 128 * 1024;

/** Bytes read at once while a directory longer than the tail is walked through. */
export const BLOCK_BYTES = 1024 * 1024;
