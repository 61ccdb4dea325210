import type { Cutting } from './record-parser.ts';

const markOf = (newline: Cutting['newline']): string => (newline === 'cr' ? '\r' : '\n');

/** Finds where a text goes on after its first lines, as it arrives in pieces; in bytes, or in characters. */
export interface LineSkip {
  /** The index in the next piece at which to go on; its length while the lines are not over. */
  (piece: { readonly length: number; indexOf(mark: string, from: number): number }): number;
}

export function createLineSkip(lines: number, newline: Cutting['newline']): LineSkip {
  const mark = markOf(newline);
  let left = lines;
  return (piece) => {
    let at = 0;
    for (; left > 0; left--) {
      const end = piece.indexOf(mark, at);
      if (end < 0) return piece.length;
      at = end + 1;
    }
    return at;
  };
}

/** The text below its first lines. */
export function afterLines(text: string, lines: number, newline: Cutting['newline']): string {
  return text.slice(createLineSkip(lines, newline)(text));
}
