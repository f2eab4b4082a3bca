import type { CrateGraph } from '../crate/contract.ts';
import { needsExpansion, readGraph, readGraphExpanded } from '../crate/graph.ts';
import { nestedCrates } from '../crate/nested.ts';
import { parseDocument } from '../crate/parse.ts';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import { displayUrl } from '../net/display.ts';
import type { FetchedCrate, Listing, OpenSource } from './contract.ts';
import { fetchHttpDocument, originsOf } from './http-document.ts';
import { retrieveCrate } from './retrieval/retrieve.ts';

/**
 * A crate whose parts are crates. Lists the collection itself, which is a crate like any other, and those it names
 * (`nestedCrates`); what they name in turn is for them to say. A crate it names without a place makes the listing incomplete:
 * the collection still has it. Each is found as RO-Crate 1.2 retrieves one, since a name may be a PID. The credential goes to
 * the collection's own origin alone.
 */
export const openCrateCollection: OpenSource<'crate-collection'> = (config, environment) => {
  const origins = originsOf([config.url]);
  return {
    async list({ signal }) {
      const options = signal === undefined ? { origins } : { origins, signal };
      const collection = await retrieveCrate(environment, config.url, null, options);
      if (!collection.ok) return collection;
      if (collection.value.kind !== 'document') {
        return failure('upstream_status', 'The server answered 304 to a request that set no condition.', {
          where: displayUrl(config.url),
        });
      }
      const graph = await graphOf(collection.value);
      return graph.ok ? success(listingOf(config.url, collection.value, graph.value)) : graph;
    },
    fetch: (ref, known) =>
      ref.record === true
        ? fetchHttpDocument(environment, ref.url, known, { origins })
        : retrieveCrate(environment, ref.url, known, { origins }),
  };
};

async function graphOf(document: FetchedCrate): Promise<Outcome<CrateGraph>> {
  const { json, findings } = parseDocument(document.bytes);
  const at = { documentUrl: document.url };
  const graph =
    json === undefined
      ? null
      : needsExpansion(json)
        ? await readGraphExpanded(json, at)
        : readGraph(json, at);
  if (graph !== null && graph.root !== null) return success(graph);
  const said = [...findings, ...(graph?.findings ?? [])].find(
    ({ severity }) => severity === 'error',
  )?.message;
  return failure('unreadable', said ?? 'The collection names no root.', {
    where: displayUrl(document.url),
    expected: 'an RO-Crate with a root entity whose parts are crates',
  });
}

function listingOf(url: string, document: FetchedCrate, graph: CrateGraph): Listing {
  const itself = [document.url, document.documentUrl];
  const named = nestedCrates(graph).filter((crate) => crate.url === null || !itself.includes(crate.url));
  const urls = new Set([url, ...named.flatMap((crate) => crate.url ?? [])]);
  const problems = named.flatMap((crate): Failure[] => {
    if (crate.url !== null) return [];
    return [
      {
        code: 'unreadable',
        message: `The collection names the crate ${crate.iri} and not where its document is.`,
        where: crate.json_pointer,
        expected: 'an absolute or relative @id, or subjectOf the metadata document, or a distribution',
      },
    ];
  });
  return { refs: [...urls].map((one) => ({ url: one })), complete: problems.length === 0, problems };
}
