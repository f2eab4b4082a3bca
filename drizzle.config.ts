import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/registry/tables/documents.ts',
    './src/registry/tables/rows.ts',
    './src/registry/tables/facts.ts',
  ],
  out: './drizzle',
});
