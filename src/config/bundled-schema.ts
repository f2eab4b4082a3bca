import configSchema from '../../schemas/config.schema.json' with { type: 'json' };
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { SOURCE_SCHEMAS } from './source-schemas.ts';

const CONFIG_ID = 'urn:crate-bridge:schema:config';
const SOURCE_ID = 'urn:crate-bridge:schema:source:';

/**
 * The schema of the configuration as one document: the kinds of source are in its `$defs`, and every reference stays inside,
 * so that an editor which opens no other file can use it.
 */
export function bundledSchema(): JsonObject {
  const config: JsonObject = configSchema;
  const { $id: _, $defs, ...rest } = config;
  const kinds: Record<string, JsonValue> = {};
  for (const schema of SOURCE_SCHEMAS) {
    const { $schema: _dialect, $id, ...body } = schema;
    kinds[`source-${String($id).slice(SOURCE_ID.length)}`] = within(body);
  }
  const own = isJsonObject($defs) ? $defs : {};
  return { ...objectWithin(rest), $defs: { ...objectWithin(own), ...kinds } };
}

function within(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(within);
  return isJsonObject(value) ? objectWithin(value) : value;
}

function objectWithin(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, member]): [string, JsonValue] => {
    if (key !== '$ref' || typeof member !== 'string') return [key, within(member)];
    if (member.startsWith(SOURCE_ID)) return [key, `#/$defs/source-${member.slice(SOURCE_ID.length)}`];
    return [key, member.startsWith(CONFIG_ID) ? member.slice(CONFIG_ID.length) : member];
  });
  return Object.fromEntries(entries);
}
