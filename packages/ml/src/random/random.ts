/** A seeded stream of pseudo-random numbers. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends Int32Array | Float64Array>(values: T): T;
}

/**
 * xoshiro128** 1.1 (Blackman & Vigna 2018), its state filled by splitmix32 from the seed and the salts. Streams of
 * different salts are independent for all practical purposes.
 */
export function createRandom(seed: number, ...salts: number[]): Random {
  const state = seedState([seed, ...salts]);
  const uniform = (): number => {
    const high = next(state) >>> 5;
    const low = next(state) >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  };
  const below = (bound: number): number => Math.floor(uniform() * bound);
  return {
    uniform,
    below,
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const swapped = values[i];
        values[i] = values[j];
        values[j] = swapped;
      }
      return values;
    },
  };
}

function seedState(words: readonly number[]): Uint32Array {
  const state = new Uint32Array(4);
  let hash = 0x9e3779b9;
  for (const word of words) {
    hash = splitmix(hash ^ Math.trunc(word));
    hash = splitmix(hash ^ Math.trunc(word / 4_294_967_296));
  }
  for (let i = 0; i < 4; i++) state[i] = splitmix(hash + Math.imul(i + 1, 0x9e3779b9));
  return state;
}

function splitmix(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function next(state: Uint32Array): number {
  const scrambled = Math.imul(rotate(Math.imul(state[1], 5), 7), 9);
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotate(state[3], 11);
  return scrambled;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
