/** The file cannot be read as a table; the message is for the person who uploaded it. */
export class UnreadableFile extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableFile';
  }
}

/**
 * Puts what a reader said about a file into words for a person: the line where known, never a path or SQL. Errors that
 * are not about the file (out of memory, no room on disk) are passed through as they are. `knownLine` takes the place of
 * the line the reader names.
 */
export function explainReadError(error: unknown, what: string, knownLine?: number): unknown {
  if (error instanceof UnreadableFile || !(error instanceof Error)) return error;
  const text = error.message;
  if (/out of memory|no space left|failed to allocate|interrupted/i.test(text)) return error;
  const line = knownLine ?? /\bline:? (\d+)/i.exec(text.replace(/\n\s*LINE \d+: [\s\S]*/, ''))?.[1];
  const place = line === undefined ? '' : ` at line ${line}`;
  const advice = 'Export it again and upload the new file.';
  return new UnreadableFile(`The ${what} cannot be read${place}${reason(text)}. ${advice}`, { cause: error });
}

/** Tells a person that a table needs more memory or disk than a task has; other errors are returned as they are. */
export function explainShortage(error: unknown, memoryMb: number): unknown {
  if (!(error instanceof Error) || !/out of memory/i.test(error.message)) return error;
  // Said with the same beginning: memory was short, and then the disk that was to stand in for it.
  if (error.message.includes('max_temp_directory_size'))
    return new UnreadableFile(
      'The table needs more room on the disk than there is to spare, for what does not fit in memory. ' +
        'Use fewer columns or rows, free some room, or raise COMPUTE_MEMORY_MB.',
      { cause: error },
    );
  return new UnreadableFile(
    `The table needs more than the ${memoryMb} MB of memory that a task has here. ` +
      'Use fewer columns or rows, or raise COMPUTE_MEMORY_MB.',
    { cause: error },
  );
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/malformed json.*: unexpected end/is, ': it ends too early'],
  [/malformed json/i, ': this is not valid JSON'],
  [/maximum_object_size|maximum object size/i, ': one record is larger than 16 MiB'],
  [/maximum line size|max_line_size/i, ': one line is longer than 16 MiB'],
  [/encrypt/i, ': it is encrypted'],
  [/unsupported (compression|codec)/i, ': its compression is not supported'],
  [/footer|magic bytes|thrift|metadata|snappy|zstd|decompress|corrupt|page/i, ': it is damaged'],
  [/invalid (unicode|utf)/i, ': it holds bytes that are not UTF-8'],
];

function reason(text: string): string {
  return reasons.find(([pattern]) => pattern.test(text))?.[1] ?? '';
}
