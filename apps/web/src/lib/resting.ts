/**
 * Asks about what is being typed only once typing rests, and about the latest alone: what the function it returns for
 * a question takes back is asked no more, and its answer not heard. A question that fails stays unanswered.
 * @param ask takes the question and the signal that takes it back
 * @param restMs how long typing must rest, in milliseconds
 */
export const askAtRest =
  <Q, A>(ask: (question: Q, signal: AbortSignal) => Promise<A>, restMs: number) =>
  (question: Q, answered: (answer: A) => void): (() => void) => {
    const taken = new AbortController();
    const timer = setTimeout(() => {
      ask(question, taken.signal).then(
        (answer) => {
          if (!taken.signal.aborted) answered(answer);
        },
        () => undefined,
      );
    }, restMs);
    return () => {
      clearTimeout(timer);
      taken.abort();
    };
  };
