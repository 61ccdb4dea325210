/**
 * The distinct players on the way from a root to a node, and how much the coalitions of each size weigh that reach it
 * (Lundberg et al. 2020, EXTEND and UNWIND). One copy for each level of the tree, made once and used for every row.
 */
export interface ShapleyPath {
  /** Copies the first `length` steps of the level above and adds one. */
  enter(level: number, length: number, zero: number, one: number, player: number): void;
  /** The step of a player, 0 where it has none. */
  find(level: number, length: number, player: number): number;
  /** Takes a step out again. */
  remove(level: number, length: number, index: number): void;
  zero(level: number, index: number): number;
  one(level: number, index: number): number;
  /** What step `index` adds to a leaf's value: the weights without it × (its share with − without the player). */
  contribution(level: number, length: number, index: number): number;
  player(level: number, index: number): number;
}

/** For trees of at most `depth` splits on `crowd` players. A step's `one` is 1 or 0. */
export function createShapleyPath(depth: number, crowd: number): ShapleyPath {
  const stride = Math.min(depth, crowd) + 2;
  const size = (depth + 1) * stride;
  const players = new Int32Array(size);
  const zeros = new Float64Array(size);
  const ones = new Float64Array(size);
  const weights = new Float64Array(size);

  function unwind(at: number, length: number, index: number): void {
    const one = ones[at + index];
    const zero = zeros[at + index];
    let next = weights[at + length];
    for (let i = length - 1; i >= 0; i--) {
      if (one === 0) {
        weights[at + i] = (weights[at + i] * (length + 1)) / (zero * (length - i));
        continue;
      }
      const before = weights[at + i];
      weights[at + i] = (next * (length + 1)) / ((i + 1) * one);
      next = before - (weights[at + i] * zero * (length - i)) / (length + 1);
    }
    for (let i = at + index; i < at + length; i++) {
      players[i] = players[i + 1];
      zeros[i] = zeros[i + 1];
      ones[i] = ones[i + 1];
    }
  }

  return {
    enter(level, length, zero, one, player) {
      const at = level * stride;
      if (level > 0) {
        const from = at - stride;
        // Few steps: a loop is quicker than four calls of copyWithin.
        for (let i = 0; i < length; i++) {
          players[at + i] = players[from + i];
          zeros[at + i] = zeros[from + i];
          ones[at + i] = ones[from + i];
          weights[at + i] = weights[from + i];
        }
      }
      players[at + length] = player;
      zeros[at + length] = zero;
      ones[at + length] = one;
      weights[at + length] = length === 0 ? 1 : 0;
      for (let i = length - 1; i >= 0; i--) {
        weights[at + i + 1] += (one * weights[at + i] * (i + 1)) / (length + 1);
        weights[at + i] = (zero * weights[at + i] * (length - i)) / (length + 1);
      }
    },
    find(level, length, player) {
      const at = level * stride;
      for (let i = 1; i <= length; i++) if (players[at + i] === player) return i;
      return 0;
    },
    remove: (level, length, index) => unwind(level * stride, length, index),
    zero: (level, index) => zeros[level * stride + index],
    one: (level, index) => ones[level * stride + index],
    contribution(level, length, index) {
      const at = level * stride;
      const one = ones[at + index];
      const zero = zeros[at + index];
      let next = weights[at + length];
      let total = 0;
      for (let i = length - 1; i >= 0; i--) {
        if (one === 0) {
          total += weights[at + i] / (zero * (length - i));
          continue;
        }
        const share = next / ((i + 1) * one);
        total += share;
        next = weights[at + i] - share * zero * (length - i);
      }
      return total * (length + 1) * (one - zero);
    },
    player: (level, index) => players[level * stride + index],
  };
}
