/** How delimited text is cut into records and fields. */
export interface Cutting {
  readonly delimiter: string;
  readonly quote: string;
  readonly newline: 'lf' | 'crlf' | 'cr';
  readonly skipSpace: boolean;
}

type Place = 'start' | 'plain' | 'quoted' | 'after';

export interface RecordParser {
  write(text: string): void;
  end(): void;
}

/**
 * Cuts delimited text into records (RFC 4180, read leniently). A quote opens a field only at its start, spaces
 * before it aside; text after the closing quote is kept; `blank` marks a record of nothing but spaces.
 * `onRecord` is given an array that belongs to it. `delimited-scan.ts` counts by the same rules on bytes.
 */
export function createRecordParser(
  cutting: Cutting,
  onRecord: (fields: string[], blank: boolean) => void,
): RecordParser {
  const { delimiter, quote, skipSpace } = cutting;
  const breaks = cutting.newline === 'cr' ? '\r' : '\n';
  let place: Place = 'start';
  let field = '';
  let spaces = '';
  let fields: string[] = [];
  let dirty = false;
  let quoted = false;

  const endField = () => {
    fields.push(skipSpace ? field : spaces + field);
    field = '';
    spaces = '';
    place = 'start';
  };
  const endRecord = () => {
    if (breaks === '\n' && place !== 'after' && field.endsWith('\r')) field = field.slice(0, -1);
    const blank = fields.length === 0 && !quoted && field === '';
    endField();
    onRecord(fields, blank);
    fields = [];
    dirty = false;
    quoted = false;
  };

  const step = (char: string) => {
    if (char === delimiter) {
      dirty = true;
      endField();
    } else if (char === breaks) endRecord();
    else if (place === 'plain') field += char;
    else if (place === 'after') {
      if (char === quote) {
        field += quote;
        place = 'quoted';
      } else if (char !== ' ') {
        field += char;
        place = 'plain';
      }
    } else if (char === quote) {
      place = 'quoted';
      quoted = true;
      spaces = '';
    } else if (char === ' ') spaces += char;
    else {
      field += char;
      place = 'plain';
    }
  };

  const delimiterCode = delimiter.charCodeAt(0);
  const breakCode = breaks.charCodeAt(0);
  const endOfValue = (text: string, from: number) => {
    let i = from;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === delimiterCode || code === breakCode) break;
    }
    return i;
  };

  return {
    write(text) {
      let i = 0;
      while (i < text.length) {
        if (place === 'quoted') {
          const close = text.indexOf(quote, i);
          field += text.slice(i, close < 0 ? text.length : close);
          if (close >= 0) place = 'after';
          i = close < 0 ? text.length : close + 1;
        } else if (place === 'plain') {
          const end = endOfValue(text, i);
          field += text.slice(i, end);
          if (end < text.length) step(text[end] ?? '');
          i = end + 1;
        } else {
          step(text[i] ?? '');
          i++;
        }
        dirty ||= place !== 'start' || spaces !== '';
      }
    },
    end() {
      if (dirty || field !== '' || fields.length > 0) endRecord();
    },
  };
}
