/*
 * What this room exports:
 *
 * lambda-core/map.ts  mapCrate(graph: CrateGraph, context: MappingContext): CrateRows
 *
 * Pure: a graph and a context in, rows out. Rows of plain RO-Crates (no LAMBDA types) come from the same mapper: files,
 * persons and organizations are RO-Crate's own.
 */

/** Changes whenever the same document would give other rows, so that a crate is mapped again. */
export const MAPPER_VERSION = 'lambda-core/2';
