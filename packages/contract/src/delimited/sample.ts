/** How much of a text is looked at to guess its dialect, counted from the end of its first line. */
const sniffBytes = 128 * 1024;

/** How many bytes of a text its dialect is guessed from. Of UTF-16 and UTF-32 too, whose bytes hold line ends as well. */
export const sampleLength = (start: Uint8Array): number => {
  const feed = start.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  return Math.min(start.length, Math.max(feed, 0) + sniffBytes);
};
