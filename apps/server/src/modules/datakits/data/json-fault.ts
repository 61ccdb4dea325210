import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/**
 * The line (from 1) at which a JSON or NDJSON file stops being valid, or undefined when it is valid or too big to
 * look at whole. DuckDB's own count is off by one or tells a record, so that a person would look in the wrong place.
 */
export async function faultyLine(path: string, format: 'json' | 'ndjson'): Promise<number | undefined> {
  return format === 'ndjson' ? faultyRecord(path) : faultyDocument(path);
}

async function faultyRecord(path: string): Promise<number | undefined> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() !== '' && failure(line.replace(/^\uFEFF/, '')) !== undefined) {
      lines.close();
      return number;
    }
  }
  return undefined;
}

/** A string of V8 holds about 512 MB. */
const longest = 500_000_000;

async function faultyDocument(path: string): Promise<number | undefined> {
  const bytes = await readFile(path);
  if (bytes.length > longest) return undefined;
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const message = failure(text);
  if (message === undefined) return undefined;
  const position = /position (\d+)/.exec(message)?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return before.trimEnd().split('\n').length;
}

function failure(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
