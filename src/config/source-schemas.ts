import crateCollection from '../../schemas/sources/crate-collection.schema.json' with { type: 'json' };
import directory from '../../schemas/sources/directory.schema.json' with { type: 'json' };
import httpIndex from '../../schemas/sources/http-index.schema.json' with { type: 'json' };
import lambdaSearch from '../../schemas/sources/lambda-search.schema.json' with { type: 'json' };
import push from '../../schemas/sources/push.schema.json' with { type: 'json' };
import s3 from '../../schemas/sources/s3.schema.json' with { type: 'json' };
import signposting from '../../schemas/sources/signposting.schema.json' with { type: 'json' };
import urls from '../../schemas/sources/urls.schema.json' with { type: 'json' };
import type { JsonObject } from '../model/json.ts';

/** One JSON Schema a kind of source; the configuration's own refers to them by their ids. */
export const SOURCE_SCHEMAS: readonly JsonObject[] = [
  crateCollection,
  directory,
  httpIndex,
  lambdaSearch,
  push,
  s3,
  signposting,
  urls,
];
