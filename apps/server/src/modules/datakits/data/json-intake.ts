import { opaqueTable, unreadable, type FormatIntake } from './intake-result.ts';
import { createEncodingCheck } from './text-encoding.ts';

type JsonFormat = 'json' | 'ndjson';

/**
 * Tells a JSON file from delimited text by its first bytes, and records one to a line from a single document.
 * Returns undefined for what is not JSON. Throws `IntakeError` UNREADABLE_FILE for JSON that is no list of records.
 */
export function detectJson(start: Buffer): JsonFormat | undefined {
  const text = start
    .toString('utf8', 0, 1_000_000)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text.startsWith('{')) return objectFormat(text);
  if (!text.startsWith('[')) return undefined;
  const next = text.slice(1).trimStart();
  if (next.startsWith('{')) return 'json';
  if (next.startsWith(']')) throw unreadable('The JSON list is empty: there are no records in it.');
  if (/^(\[|"(\\.|[^"\\])*"\s*[,\]]|-?\d[\d.eE+-]*\s*[,\]]|(true|false|null)\s*[,\]])/.test(next)) {
    throw unreadable(
      'The JSON list does not hold objects. Write it as a list of records: [{"a": 1}, {"a": 2}].',
    );
  }
  return undefined;
}

/** A first line that is an object by itself begins NDJSON; otherwise the object goes on over the lines. */
function objectFormat(text: string): JsonFormat | undefined {
  const feed = text.indexOf('\n');
  const line = feed < 0 ? text : text.slice(0, feed);
  if (isObject(line)) return 'ndjson';
  return /^\{\s*("|\}|$)/.test(text) ? 'json' : undefined;
}

function isObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

/** Cheap checks on JSON as it arrives: UTF-8, no NUL byte, closed at its end. The job reads the rest. */
export function createJsonIntake(format: JsonFormat): FormatIntake {
  const encoding = createEncodingCheck();
  return {
    format,
    write(chunk) {
      if (chunk.includes(0))
        throw unreadable('The JSON holds a NUL byte. Export the file again as plain text.');
      encoding.write(chunk);
    },
    finish(tail) {
      const found = encoding.finish();
      if (found !== 'utf-8' && found !== 'utf-8-bom') {
        throw unreadable('The JSON is not encoded as UTF-8. Save it as UTF-8, or state its encoding.');
      }
      checkEnd(format, tail);
      return opaqueTable(found);
    },
  };
}

function checkEnd(format: JsonFormat, tail: Buffer): void {
  const end = tail.toString('latin1').trimEnd().at(-1);
  if (end === '}' || (end === ']' && format === 'json')) return;
  throw unreadable(
    'The JSON is cut off: its last bracket is missing. Export it again and upload the whole file.',
  );
}
