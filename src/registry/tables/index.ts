export * from './documents.ts';
export * from './facts.ts';
export * from './rows.ts';
