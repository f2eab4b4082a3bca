import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import { chooseSources } from './choose-sources.ts';
import type { Outbound } from './context.ts';
import * as tried from './doctor-steps.ts';
import { remedyFor } from './remedy.ts';
import { openSource } from './sources.ts';

/** One thing that was tried. */
export interface DoctorStep {
  readonly step: 'credentials' | 'list' | 'fetch' | 'validate' | 'map' | 'storage rules' | 'read';
  /** `skipped`: something before it failed, or there is nothing to try. */
  readonly state: tried.StepState;
  /** What was done, and what came of it; a line each. */
  readonly said: readonly string[];
  readonly failure?: Failure;
  /** What to do about it. */
  readonly remedy?: string;
  readonly milliseconds: number;
}

/** What `crate-bridge doctor` found of one source. Nothing of it is written anywhere. */
export interface DoctorReport {
  /** `{facility}/{source}` */
  readonly source: string;
  readonly kind: string;
  readonly steps: readonly DoctorStep[];
}

export interface DoctorOptions {
  /** `name` or `facility/name`. */
  readonly source: string;
  /** Crate to look at, as the listing names it; default: the first of the listing. */
  readonly crate?: string;
  /** Told before each step. */
  readonly progress?: (step: DoctorStep['step']) => void;
}

/**
 * Goes the way of a crate for one source without a database and without writing: lists, fetches one crate, checks and maps it,
 * and asks for one of its files through its storage rule. Goes on as far as it can. `usage` for a source that is not
 * configured, or a name that several facilities have.
 */
export async function doctor(outbound: Outbound, options: DoctorOptions): Promise<Outcome<DoctorReport>> {
  const chosen = chooseSources(outbound, [options.source]);
  if (!chosen.ok) return chosen;
  const [from, other] = chosen.value;
  if (from === undefined || other !== undefined) {
    return failure('usage', `Several facilities have a source called ${options.source}.`, {
      expected: `one of ${chosen.value.map(({ id }) => id).join(', ')}`,
    });
  }
  const steps = new Steps(options.progress);
  await steps.take('credentials', async () => tried.credentials(outbound, from));
  const source = await openSource(outbound, from.facility, from.source);
  const listed = await steps.take('list', () => tried.list(source, from));
  const ref = options.crate === undefined ? listed?.[0] : { url: options.crate };
  const fetched = ref === undefined ? null : await steps.take('fetch', () => tried.fetch(source, ref));
  const read = fetched === null ? null : await steps.take('validate', () => tried.validate(from, fetched));
  const rows = read === null ? null : await steps.take('map', async () => tried.mapped(read));
  if (rows !== null) {
    const file = await steps.take('storage rules', async () => tried.covered(outbound, from, rows));
    if (file !== null) await steps.take('read', () => tried.ask(outbound, file));
  }
  return success({ source: from.id, kind: from.source.kind, steps: steps.all() });
}

const ORDER: readonly DoctorStep['step'][] = [
  'credentials',
  'list',
  'fetch',
  'validate',
  'map',
  'storage rules',
  'read',
];

class Steps {
  readonly #progress: (step: DoctorStep['step']) => void;
  readonly #taken: DoctorStep[] = [];

  constructor(progress: DoctorOptions['progress']) {
    this.#progress = progress ?? (() => {});
  }

  async take<T>(step: DoctorStep['step'], work: () => Promise<tried.Taken<T>>): Promise<T | null> {
    this.#progress(step);
    const began = performance.now();
    const { value, ...taken } = await work();
    const remedy = taken.remedy ?? (taken.failure === undefined ? null : remedyFor(taken.failure));
    this.#taken.push({
      step,
      ...taken,
      ...(remedy === null ? {} : { remedy }),
      milliseconds: Math.round(performance.now() - began),
    });
    return value;
  }

  /** Every step in its order; those that were not taken as skipped. */
  all(): readonly DoctorStep[] {
    return ORDER.map(
      (step) =>
        this.#taken.find((taken) => taken.step === step) ?? {
          step,
          state: 'skipped',
          said: [],
          milliseconds: 0,
        },
    );
  }
}
