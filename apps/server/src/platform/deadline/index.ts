/**
 * What comes of `work`, or of `late` where that takes longer than so many milliseconds. The work itself goes on: what
 * it comes to then is nobody's concern any more.
 */
export const within = async <T, L>(
  milliseconds: number,
  work: Promise<T>,
  late: () => L | Promise<L>,
): Promise<T | L> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  }).then(late);
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
};
