// Rows sent down a tree. Every pointer is a byte offset into the one imported memory.

// A node: u32 eight times its column, i32 flags, f64 threshold, u32 the left child's and u32 the right child's place.
// A leaf has its value as threshold and is its own child on both sides, so that a walk may stay there.
const MISSING_RIGHT = 1;
const BY_CATEGORY = 2;
const LEAF = 4;

/**
 * Writes to `out`, f64 each, the values of the leaves that `rows` rows come to from the node at `root`. `x`: f64 rows,
 * `stride` bytes each. `words`: u32 bits of the categories that go left, from the index that is a node's threshold on.
 * Four rows go down together: each waits for its own loads only, and no branch depends on a number.
 */
export function walkTree(root: usize, words: usize, x: usize, stride: usize, rows: i32, out: usize): void {
  const together = rows & ~3;
  for (let row = 0; row < together; row += 4, x += stride << 2, out += 32) {
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    const xb = x + stride;
    const xc = xb + stride;
    const xd = xc + stride;
    while (!(flags(a) & flags(b) & flags(c) & flags(d) & LEAF)) {
      a = next(a, words, x);
      b = next(b, words, xb);
      c = next(c, words, xc);
      d = next(d, words, xd);
    }
    store<f64>(out, load<f64>(a, 8));
    store<f64>(out, load<f64>(b, 8), 8);
    store<f64>(out, load<f64>(c, 8), 16);
    store<f64>(out, load<f64>(d, 8), 24);
  }
  for (let row = together; row < rows; row++, x += stride, out += 8) {
    let node = root;
    while (!(flags(node) & LEAF)) node = next(node, words, x);
    store<f64>(out, load<f64>(node, 8));
  }
}

function flags(node: usize): i32 {
  return load<i32>(node, 4);
}

function next(node: usize, words: usize, x: usize): usize {
  const value = load<f64>(x + load<u32>(node));
  const flag = load<i32>(node, 4);
  let right: i32;
  if (flag & BY_CATEGORY) {
    right =
      value != value ? flag & MISSING_RIGHT : categoryGoesRight(words, <i32>load<f64>(node, 8), <i32>value);
  } else {
    right = i32(value > load<f64>(node, 8)) | (i32(value != value) & flag & MISSING_RIGHT);
  }
  return load<u32>(node + ((<usize>right) << 2), 16);
}

function categoryGoesRight(words: usize, first: i32, category: i32): i32 {
  const word = load<u32>(words + ((<usize>(first + (category >>> 5))) << 2));
  return 1 - ((word >>> (category & 31)) & 1);
}
