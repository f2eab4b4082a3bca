/*
 * Writes terms.json, the compact form of the published RO-Crate contexts:
 *
 *   node schemas/contexts/compact.ts DIRECTORY      (holding ro-crate-{version}.context.jsonld)
 *
 * README.md beside this file says what the form is; test/crate/contexts.test.ts proves it equal to the published files.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSIONS = ['1.0', '1.1', '1.2', '1.3'];

interface Group {
  readonly versions: readonly string[];
  readonly namespace: string;
  readonly terms: string[];
  readonly renamed: Record<string, string>;
}

const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: node compact.ts DIRECTORY');

const contexts = VERSIONS.map((version) => {
  const file = join(directory, `ro-crate-${version}.context.jsonld`);
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8'))['@context']));
});

const groups = new Map<string, Group>();
const nulls: Record<string, string[]> = {};
const names = new Set(contexts.flatMap((context) => [...context.keys()]));

for (const term of [...names].sort()) {
  for (const iri of new Set(contexts.filter((c) => c.has(term)).map((c) => c.get(term)))) {
    const versions = VERSIONS.filter((_, i) => contexts[i]?.has(term) && contexts[i]?.get(term) === iri);
    if (iri === null) {
      nulls[term] = versions;
      continue;
    }
    if (typeof iri !== 'string') throw new Error(`${term} is not a plain term`);
    const local = iri.endsWith(term) ? term : (/[^#/:]*$/.exec(iri)?.[0] ?? '');
    const namespace = iri.slice(0, iri.length - local.length);
    const key = JSON.stringify([namespace, versions]);
    const group = groups.get(key) ?? { versions, namespace, terms: [], renamed: {} };
    groups.set(key, group);
    if (local === term) group.terms.push(term);
    else group.renamed[term] = local;
  }
}

const lines = [...groups.values()]
  .sort((a, b) => (a.namespace < b.namespace ? -1 : a.namespace > b.namespace ? 1 : 0))
  .map((group) => `    ${JSON.stringify({ ...group, terms: group.terms.join(' ') })}`);

writeFileSync(
  new URL('terms.json', import.meta.url),
  `{\n  "versions": ${JSON.stringify(VERSIONS)},\n  "nulls": ${JSON.stringify(nulls)},\n  "groups": [\n${lines.join(',\n')}\n  ]\n}\n`,
);
