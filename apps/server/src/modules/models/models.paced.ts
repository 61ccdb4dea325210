/** So long the process may compute before it listens to others again. */
const sliceMs = 20;

let line: Promise<unknown> = Promise.resolve();

/** Resolves once everybody else was heard. Those who wait are let on one by one, so that they are not a long slice. */
const nextTurn = (): Promise<unknown> => {
  line = line.then(() => new Promise((resolve) => setImmediate(resolve)));
  return line;
};

/**
 * What `answer` makes of each row, in this process, which goes on listening meanwhile.
 * @throws the signal's reason, once it is aborted
 */
export const paced = async <Row, Answer>(
  rows: readonly Row[],
  signal: AbortSignal,
  answer: (row: Row, i: number) => Answer,
): Promise<Answer[]> => {
  const answers: Answer[] = [];
  let since = performance.now();
  for (const [i, row] of rows.entries()) {
    if (performance.now() - since >= sliceMs) {
      await nextTurn();
      signal.throwIfAborted();
      since = performance.now();
    }
    answers.push(answer(row, i));
  }
  return answers;
};
