import { parentPort, workerData } from 'node:worker_threads';
import type { EntityAt } from './entity-at.ts';
import { objectAt } from './json-at.ts';

const { bytes, pointer }: EntityAt = workerData;
parentPort?.postMessage(objectAt(bytes, pointer));
