// Exact nearest neighbours by looking at every point. Every pointer is a byte offset into the one imported memory.

/**
 * Finds the `k` points nearest to a query. `points`: blocks of eight points, each block holding eight f32 for each of
 * `dimensions`. `query`: f32 each. Writes squared (or, with `manhattan`, summed absolute) distances, f32, rising, and
 * the points' u32 indices; of equal distances the lower index comes first. Both must begin as k times Infinity and as
 * any k indices.
 */
export function nearest(
  points: usize,
  blocks: i32,
  dimensions: i32,
  query: usize,
  k: i32,
  manhattan: i32,
  distances: usize,
  indices: usize,
): void {
  const queryEnd = query + ((<usize>dimensions) << 2);
  const last = distances + ((<usize>(k - 1)) << 2);
  let worst = f32x4.splat(load<f32>(last));
  for (let block = 0; block < blocks; block++) {
    let a = f32x4.splat(0);
    let b = a;
    if (manhattan) {
      for (let q = query; q < queryEnd; q += 4, points += 32) {
        const at = v128.load32_splat(q);
        a = f32x4.add(a, f32x4.abs(f32x4.sub(at, v128.load(points))));
        b = f32x4.add(b, f32x4.abs(f32x4.sub(at, v128.load(points, 16))));
      }
    } else {
      for (let q = query; q < queryEnd; q += 4, points += 32) {
        const at = v128.load32_splat(q);
        const x = f32x4.sub(at, v128.load(points));
        const y = f32x4.sub(at, v128.load(points, 16));
        a = f32x4.add(a, f32x4.mul(x, x));
        b = f32x4.add(b, f32x4.mul(y, y));
      }
    }
    if (!v128.any_true(v128.or(f32x4.lt(a, worst), f32x4.lt(b, worst)))) continue;
    const first = block << 3;
    insert(f32x4.extract_lane(a, 0), first, last, distances, indices);
    insert(f32x4.extract_lane(a, 1), first + 1, last, distances, indices);
    insert(f32x4.extract_lane(a, 2), first + 2, last, distances, indices);
    insert(f32x4.extract_lane(a, 3), first + 3, last, distances, indices);
    insert(f32x4.extract_lane(b, 0), first + 4, last, distances, indices);
    insert(f32x4.extract_lane(b, 1), first + 5, last, distances, indices);
    insert(f32x4.extract_lane(b, 2), first + 6, last, distances, indices);
    insert(f32x4.extract_lane(b, 3), first + 7, last, distances, indices);
    worst = f32x4.splat(load<f32>(last));
  }
}

function insert(distance: f32, index: i32, last: usize, distances: usize, indices: usize): void {
  if (!(distance < load<f32>(last))) return;
  let at = last;
  while (at > distances && load<f32>(at - 4) > distance) {
    store<f32>(at, load<f32>(at - 4));
    store<u32>(indices + (at - distances), load<u32>(indices + (at - distances) - 4));
    at -= 4;
  }
  store<f32>(at, distance);
  store<u32>(indices + (at - distances), index);
}
