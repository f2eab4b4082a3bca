import { createInterface, type Interface } from 'node:readline/promises';

/** Asks the person at the terminal; questions are on stderr, since stdout is for the result. */
export interface Asker {
  /** The answer, or `otherwise` when the person just presses enter. Asked again until `holds` says nothing is wrong. */
  text(question: string, otherwise: string, wrong?: (answer: string) => string | null): Promise<string>;
  /** Yes only when the person says so. */
  confirm(question: string): Promise<boolean>;
  close(): void;
}

/** Null where nobody is there to answer. */
export function createAsker(): Asker | null {
  if (process.stdin.isTTY !== true) return null;
  const lines: Interface = createInterface({ input: process.stdin, output: process.stderr });
  return {
    text: async (question, otherwise, wrong = () => null) => {
      for (;;) {
        const shown = otherwise === '' ? '' : ` [${otherwise}]`;
        const answer = (await lines.question(`${question}${shown}: `)).trim() || otherwise;
        const problem = wrong(answer);
        if (problem === null) return answer;
        process.stderr.write(`${problem}\n`);
      }
    },
    confirm: async (question) => /^y(es)?$/i.test((await lines.question(`${question} [y/N]: `)).trim()),
    close: () => lines.close(),
  };
}
