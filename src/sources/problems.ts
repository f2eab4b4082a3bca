import type { Failure } from '../model/failure.ts';

/** Problems told in full; a broken mount or a server that went down has one for each of thousands of folders. */
const TOLD = 20;

/** What could not be listed: the first problems as they are, the rest as a number. */
export class Problems {
  readonly #told: Failure[] = [];
  #more = 0;

  add(problem: Failure): void {
    if (this.#told.length < TOLD) this.#told.push(problem);
    else this.#more++;
  }

  get none(): boolean {
    return this.#told.length === 0;
  }

  list(): readonly Failure[] {
    const last = this.#told.at(-1);
    if (this.#more === 0 || last === undefined) return [...this.#told];
    return [
      ...this.#told,
      { code: last.code, message: `And ${this.#more} more parts that could not be listed.` },
    ];
  }
}
