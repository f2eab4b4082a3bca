import type { SourceConfig } from '../model/source-config.ts';
import type { CrateSource, SourceEnvironment } from './contract.ts';

/** The adapter of a configured source. Each kind is one file, loaded when a source of it is opened. */
export async function openSource(config: SourceConfig, environment: SourceEnvironment): Promise<CrateSource> {
  switch (config.kind) {
    case 'urls':
      return (await import('./urls.ts')).openUrls(config, environment);
    case 'directory':
      return (await import('./directory.ts')).openDirectory(config, environment);
    case 'lambda-search':
      return (await import('./lambda-search.ts')).openLambdaSearch(config, environment);
    case 'crate-collection':
      return (await import('./crate-collection.ts')).openCrateCollection(config, environment);
    case 'http-index':
      return (await import('./http-index.ts')).openHttpIndex(config, environment);
    case 'signposting':
      return (await import('./signposting.ts')).openSignposting(config, environment);
    case 's3':
      return (await import('./s3.ts')).openS3(config, environment);
    case 'push':
      return (await import('./push.ts')).openPush(config, environment);
  }
}
