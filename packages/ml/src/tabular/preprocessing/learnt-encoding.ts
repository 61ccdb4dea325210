import type { State } from '../types.ts';

/** A feature as several numbers that were learnt, most often from the target. */
export interface LearntEncoding {
  readonly feature: number;
  /** How many numbers. */
  readonly width: number;
  /** Writes them into `x` from `at` on, for a raw value; NaN is missing. Allocates nothing. */
  write(value: number, x: Float64Array, at: number): void;
  state(): State;
}

export interface FittedEncoding {
  readonly encoding: LearntEncoding;
  /** The first of those numbers, of all training rows, each row by what was learnt from others. */
  readonly crossFitted: readonly Float64Array[];
}

/** An encoding and the first of its design columns. */
export interface PlacedEncoding {
  readonly encoding: LearntEncoding;
  readonly at: number;
}

/** Places encodings one after the other from column `from` on. */
export function placeEncodings(encodings: readonly LearntEncoding[], from: number): PlacedEncoding[] {
  let at = from;
  return encodings.map((encoding) => {
    const placed = { encoding, at };
    at += encoding.width;
    return placed;
  });
}
