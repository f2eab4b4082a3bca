import type { RecordAssociationKind, RecordAssociationRow } from '../../model/record-rows.ts';

/** An association that says nothing but its ends. */
export function link(
  kind: RecordAssociationKind,
  subject_iri: string,
  object_iri: string,
  json_pointer: string,
  role: string | null = null,
): RecordAssociationRow {
  return {
    kind,
    subject_iri,
    object_iri,
    role,
    position: null,
    preparation_iri: null,
    json_pointer,
    properties: {},
  };
}
