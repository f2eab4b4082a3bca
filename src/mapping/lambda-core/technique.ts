import type { EntityReader } from './reader.ts';
import type { MapScope } from './scope.ts';
import { canonicalTechnique } from './vocabulary.ts';

/**
 * The technique an entity names, as a TechniqueEnum value where its spelling is known and as written (with a warning)
 * where it is not. The written word stays in the properties whenever the column says another.
 */
export function techniqueOf(scope: MapScope, reader: EntityReader): string | null {
  const written = reader.peek('technique');
  if (written === null) return null;
  const canonical = canonicalTechnique(written);
  if (canonical === null) {
    scope.warn(
      'vocabulary-gap',
      reader.entity,
      reader.pointerOf('technique'),
      'technique is no value of TechniqueEnum and no known spelling of one; it is kept as written.',
    );
  }
  if (canonical === null || canonical === written) reader.text('technique');
  return canonical ?? written;
}

/** The root's technique: its own word, else the term its `measurementTechnique` names when that is a known one. */
export function rootTechnique(scope: MapScope): string | null {
  const { root } = scope;
  if (root === null) return null;
  const written = root.peek('technique');
  if (written !== null) return canonicalTechnique(written) ?? written;
  for (const { iri } of root.refs('measurementTechnique')) {
    for (const term of scope.graph.byIri.get(iri) ?? []) {
      const reader = scope.reader(term);
      const word = reader.peek('termCode') ?? reader.peek('name') ?? iri;
      const canonical = canonicalTechnique(word);
      if (canonical !== null) return canonical;
    }
  }
  return null;
}
