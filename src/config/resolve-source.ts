import { resolve } from 'node:path';
import type { AdmissionPolicy, SourceCommon, SourceConfig } from '../model/source-config.ts';
import type { CredentialReference } from '../model/storage-rule.ts';
import { withCredentialFiles } from './secret-files.ts';

/** What every written source may have. */
interface WrittenCommon {
  readonly name: string;
  readonly schedule?: string;
  readonly timezone?: string;
  readonly expectWithinHours?: number | null;
  readonly credential?: CredentialReference | readonly CredentialReference[];
  readonly admission?: AdmissionPolicy;
  readonly goneAfter?: number;
  readonly holdAbove?: number;
  readonly nestedDepth?: number;
}

/** A source as written, after the schema of its kind held. */
export type WrittenSource = WrittenCommon &
  (
    | { readonly kind: 'urls'; readonly url?: string; readonly urls?: readonly string[] }
    | { readonly kind: 'directory'; readonly path: string }
    | {
        readonly kind: 'lambda-search';
        readonly url: string;
        readonly query?: Readonly<Record<string, string>>;
        readonly match?: Readonly<Record<string, string>>;
        readonly crate?: string;
        readonly overlapDays?: number;
        readonly fullSweep?: string;
        readonly relay?: boolean;
      }
    | { readonly kind: 'crate-collection'; readonly url: string }
    | { readonly kind: 'http-index'; readonly url: string; readonly maxDepth?: number }
    | { readonly kind: 'signposting'; readonly urls: readonly string[] }
    | {
        readonly kind: 's3';
        readonly endpoint: string;
        readonly bucket: string;
        readonly prefix?: string;
        readonly region?: string;
        readonly pathStyle?: boolean;
      }
    | { readonly kind: 'push' }
  );

/** Fills in the defaults of a source; `folder` is where relative paths start, `timezone` the facility's. */
export function resolveSource(source: WrittenSource, folder: string, timezone: string): SourceConfig {
  const common = resolveCommon(source, folder, timezone);
  switch (source.kind) {
    case 'urls':
      return {
        ...common,
        kind: 'urls',
        urls: source.urls ?? (source.url === undefined ? [] : [source.url]),
      };
    case 'directory':
      return { ...common, kind: 'directory', path: resolve(folder, source.path) };
    case 'lambda-search':
      return {
        ...common,
        kind: 'lambda-search',
        url: withoutSlash(source.url),
        query: source.query ?? {},
        match: source.match ?? {},
        crate: source.crate ?? null,
        overlap_days: source.overlapDays ?? 30,
        full_sweep: source.fullSweep ?? '0 3 * * 0',
        relay: source.relay ?? false,
        // the other bridge lists the crates that crates name by themselves
        nested_depth: source.nestedDepth ?? (source.relay === true ? 0 : common.nested_depth),
      };
    case 'crate-collection':
      return { ...common, kind: 'crate-collection', url: source.url };
    case 'http-index':
      return {
        ...common,
        kind: 'http-index',
        url: source.url.endsWith('/') ? source.url : `${source.url}/`,
        max_depth: source.maxDepth ?? 16,
      };
    case 'signposting':
      return { ...common, kind: 'signposting', urls: source.urls };
    case 's3':
      return {
        ...common,
        kind: 's3',
        endpoint: withoutSlash(source.endpoint),
        bucket: source.bucket,
        prefix: source.prefix ?? '',
        region: source.region ?? 'us-east-1',
        path_style: source.pathStyle ?? true,
      };
    case 'push':
      return { ...common, kind: 'push' };
  }
}

function resolveCommon(source: WrittenCommon, folder: string, timezone: string): SourceCommon {
  const { credential = [] } = source;
  const written = 'kind' in credential ? [credential] : credential;
  return {
    name: source.name,
    timezone: source.timezone ?? timezone,
    expect_within_hours: source.expectWithinHours === undefined ? 6 : source.expectWithinHours,
    credentials: written.map((one) => withCredentialFiles(one, folder)),
    admission: source.admission ?? 'quarantine',
    gone_after: source.goneAfter ?? 2,
    hold_above: source.holdAbove ?? 0.2,
    nested_depth: source.nestedDepth ?? 8,
    ...(source.schedule === undefined ? {} : { schedule: source.schedule }),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
