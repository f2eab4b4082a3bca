// Makes a process start faster: compiled code is kept between runs, and drizzle-orm is loaded from its CommonJS files. Its ES
// modules take a second to load, because Node parses its package.json of 180 kB again for each of 250 files; the CommonJS
// files are the same code without that. Without this file everything works the same, later.
import * as nodeModule from 'node:module';

nodeModule.enableCompileCache?.();
nodeModule.registerHooks?.({
  resolve: (specifier, context, next) =>
    next(
      specifier,
      /^drizzle-orm(\/|$)/.test(specifier) ? { ...context, conditions: ['node', 'require'] } : context,
    ),
});
