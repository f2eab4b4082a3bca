import manifest from '../../package.json' with { type: 'json' };

/** This release, from package.json. */
export const VERSION: string = manifest.version;
