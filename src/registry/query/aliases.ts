import { alias } from 'drizzle-orm/pg-core';
import { crate, crateVersion } from '../tables/documents.ts';
import {
  association,
  dataFile,
  experimentRun,
  instrument,
  molecule,
  sample,
  workflowRun,
} from '../tables/rows.ts';

/*
 * Names of tables inside filters and links. A list's own rows go by the table's name; these are what they are looked up
 * through, and each has one place in any one query.
 */
export const better = {
  instrument: alias(instrument, 'better_instrument'),
  sample: alias(sample, 'better_sample'),
  molecule: alias(molecule, 'better_molecule'),
  experiment_run: alias(experimentRun, 'better_run'),
  workflow_run: alias(workflowRun, 'better_workflow'),
  data_file: alias(dataFile, 'better_file'),
};

export const claimed = {
  instrument: alias(instrument, 'claimed_instrument'),
  sample: alias(sample, 'claimed_sample'),
  experiment_run: alias(experimentRun, 'claimed_run'),
  workflow_run: alias(workflowRun, 'claimed_workflow'),
  data_file: alias(dataFile, 'claimed_file'),
};

/** The run a filter is about, and how it is related to what is listed. */
export const relatedRun = alias(experimentRun, 'related_run');
export const betterRelatedRun = alias(experimentRun, 'better_related_run');
export const relatedWorkflow = alias(association, 'related_workflow');
export const toRun = alias(association, 'to_run');
export const toInstrument = alias(association, 'to_instrument');
export const toSample = alias(association, 'to_sample');
export const toFile = alias(association, 'to_file');
export const toMolecule = alias(association, 'to_molecule');
export const filterInstrument = alias(instrument, 'filter_instrument');
export const filterSample = alias(sample, 'filter_sample');
export const filterMolecule = alias(molecule, 'filter_molecule');
export const filterFile = alias(dataFile, 'filter_file');
export const filterCrate = alias(crate, 'filter_crate');
export const filterVersion = alias(crateVersion, 'filter_version');
export const runInCrate = alias(experimentRun, 'run_in_crate');
