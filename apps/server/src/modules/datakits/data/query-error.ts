import { shortened } from '#platform/text';
import { tooLong } from './long-texts.ts';
import { outsideName } from './table-views.ts';

/** Where in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A statement or step of a person that cannot be run; the message is for that person. */
export class QueryError extends Error {
  readonly code: 'INVALID_QUERY' | 'QUERY_LIMIT' | 'UNKNOWN_FIELD';
  /** The field of the request at fault. */
  readonly field: string;

  constructor(code: QueryError['code'], field: string, message: string, place?: Place) {
    super(place ? `Line ${place.line}, column ${place.column}: ${message}` : message);
    this.name = 'QueryError';
    this.code = code;
    this.field = field;
  }
}

/** The place of an offset in a text. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Where DuckDB's message points at: it prints the line and a caret below it, long lines cut off with dots. */
function pointedAt(message: string, sql: string): Place | undefined {
  const found = /\n(LINE (\d+): )(.*)\n( *)\^/.exec(message);
  if (!found) return undefined;
  const [, head = '', number = '1', shown = '', indent = ''] = found;
  const line = Number(number);
  const within = indent.length - head.length;
  const cut = shown.startsWith('...') ? 3 : 0;
  const snippet = shown.slice(cut).replace(/\.\.\.$/, '');
  const start = cut === 0 ? 0 : (sql.split('\n')[line - 1] ?? '').indexOf(snippet);
  return { line, column: Math.max(1, start + within - cut + 1) };
}

type Wording = readonly [RegExp, (...parts: string[]) => string];

const kinds: Readonly<Record<string, string>> = {
  INT32: 'a whole number',
  INT64: 'a whole number',
  BIGINT: 'a whole number',
  DOUBLE: 'a number',
  BOOL: 'true or false',
};

const typeWords: Readonly<Record<string, string>> = {
  VARCHAR: 'text',
  BIGINT: 'whole numbers',
  INTEGER: 'whole numbers',
  DOUBLE: 'numbers',
  BOOLEAN: 'true or false',
  TIMESTAMP: 'dates',
};

const candidates = (text: string | undefined): string => {
  const names = [...(text ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  return names[0] === undefined ? '' : ` Did you mean "${names[0]}"?`;
};

const wordings: readonly Wording[] = [
  [
    /Referenced column "(.+?)" (?:was )?not found[^\n]*(?:\n(?:Candidate bindings|Did you mean)[:\s]*([^\n]*))?/i,
    (name = '', near) => `There is no column "${name}".${candidates(near)}`,
  ],
  [
    /Referenced table "(.+?)" not found/i,
    (name = '') => `There is no table "${name}" in this query. The datakit is called data.`,
  ],
  [
    /Function with name "?(\S+?)"? does not exist!?(?:\nDid you mean ([^\n]*))?/i,
    (name = '', near) => `There is no function "${name}".${candidates(near)}`,
  ],
  [
    /Ambiguous reference to column name "(.+?)"/i,
    (name = '') =>
      `More than one table has a column "${name}". Write the table's name and a point before it.`,
  ],
  [
    /Could not convert string ['"](.*?)['"] to (\w+)/i,
    (text = '', type = '') =>
      `The text "${text}" is not ${kinds[type] ?? 'a value of that type'}. try_cast makes such values missing.`,
  ],
  [
    /column "(.+?)" must appear in the GROUP BY clause/i,
    (name = '') => `Column "${name}" must stand in GROUP BY, or in an aggregate such as avg or any_value.`,
  ],
  [
    /(?:Cannot compare values of type|Unimplemented type for cast) \(?(\w+) (?:and|->) (?:type )?(\w+)/i,
    (left = '', right = '') =>
      `Values that are ${typeWords[left] ?? left} cannot be compared with values that are ${typeWords[right] ?? right}. Cast one of the two first.`,
  ],
  [
    /No function matches the given name and argument types '(.+?)'/i,
    (call = '') => `There is no ${shortened(call, 200)}: the function does not take values of these types.`,
  ],
];

const tooMuch = /out of memory|failed to allocate|could not allocate|no space left|max_temp_directory/i;

/** Nothing of where things lie, nor of the names they have inside. */
const cleaned = (message: string): string =>
  shortened(
    outsideName(
      (message.split('\n')[0] ?? '')
        .replace(/^(?:[A-Z][\w-]*(?: [A-Z]\w+)? Error: |Error: )+/, '')
        .replace(/(?:[A-Za-z]:)?[\\/](?:[\w.@-]+[\\/])+[\w.@-]*/g, 'a file'),
    ),
    500,
  );

/** The place in what a person wrote of a place in the statement that was made of it: that of the same word. */
function inOriginal(at: Place, sql: string, original: string): Place | undefined {
  const [word = ''] = /^[\w"]+/.exec((sql.split('\n')[at.line - 1] ?? '').slice(at.column - 1)) ?? [];
  const offset = word === '' ? -1 : original.toLowerCase().indexOf(word.toLowerCase());
  return offset < 0 ? undefined : placeAt(original, offset);
}

/** Says that what a statement puts aside found no room; other errors are returned as they are. */
export function explainRoom(error: unknown, field: string): unknown {
  if (!(error instanceof Error) || !/max_temp_directory_size/i.test(error.message)) return error;
  return new QueryError(
    'QUERY_LIMIT',
    field,
    'The result needs more room on the disk than there is to spare. Filter or aggregate earlier, or select fewer columns.',
  );
}

/**
 * Puts what DuckDB said about a person's statement into plain words; a fault of ours is returned as it is.
 * @param sql as it was run; empty where it is of our making: places in it say nothing to anybody
 * @param linesBefore lines of `sql` that are not the person's
 * @param original as the person wrote it, where that is not `sql`
 */
export function explainQuery(
  error: unknown,
  sql: string,
  field: string,
  linesBefore = 0,
  original = sql,
): unknown {
  if (error instanceof QueryError || !(error instanceof Error)) return error;
  const noRoom = explainRoom(error, field);
  if (noRoom !== error) return noRoom;
  const { message } = error;
  if (/interrupt/i.test(message))
    return new QueryError(
      'QUERY_LIMIT',
      field,
      'The query took longer than a query may. Filter or aggregate earlier, or save it as a new version, which runs as a job.',
    );
  if (tooMuch.test(message))
    return new QueryError(
      'QUERY_LIMIT',
      field,
      'The query needs more memory than a query may take. Select fewer columns, or filter before joining and sorting.',
    );
  if (message.includes(tooLong) || /cannot create a string longer/i.test(message))
    return new QueryError(
      'QUERY_LIMIT',
      field,
      `${tooLong}, which is more than a query may make. Shorten it, or repeat it less often.`,
    );
  const at = pointedAt(message, sql);
  const shifted = at && at.line > linesBefore ? { ...at, line: at.line - linesBefore } : undefined;
  const told = at && original !== sql ? inOriginal(at, sql, original) : shifted;
  const place = sql === '' ? undefined : told;
  for (const [pattern, words] of wordings) {
    const found = pattern.exec(message);
    if (found) return new QueryError('INVALID_QUERY', field, outsideName(words(...found.slice(1))), place);
  }
  return new QueryError('INVALID_QUERY', field, cleaned(message), place);
}
