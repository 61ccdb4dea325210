import { describe, expect, it } from 'vitest';
import type { Cell } from '@quadrax/contract';
import { profiled, takeIn } from './fixtures/files.ts';
import { chances } from './fixtures/random-table.ts';
import { createRecordParser } from '@quadrax/contract/delimited';

interface Dialect {
  readonly delimiter: string;
  readonly newline: string;
  readonly decimal: '.' | ',';
  readonly bom: boolean;
  readonly encoding: 'utf8' | 'latin1';
  readonly quoteAll: boolean;
  readonly lastNewline: boolean;
}

const pieces = ['a', 'B', ' ', 'é', 'ß', '"', ',', ';', '\n', '|', "'", '0', '-', 'x1', '.', 'NULLs', '#'];

function randomTable(random: () => number): { names: string[]; rows: Cell[][] } {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  const text = () => `t${Array.from({ length: Math.floor(random() * 9) }, () => pick(pieces)).join('')}`;
  const makers: (() => Cell)[] = [
    () => Math.floor((random() - 0.5) * 10 ** Math.floor(random() * 15)),
    () => Number(((random() - 0.5) * 1000).toFixed(3)) + 0.0001,
    () => random() < 0.5,
    () => new Date(Date.UTC(1970, 0, 1) + Math.floor(random() * 4e9) * 1000).toISOString(),
    () => new Date(Math.floor(random() * 86_400) * 1000).toISOString().slice(11, 19),
    text,
  ];
  const width = 2 + Math.floor(random() * 6);
  const columns = Array.from({ length: width }, () => pick(makers));
  // The first column has no gaps, so that no record is a blank line.
  columns[0] = text;
  const names = columns.map((_, i) => pick(['Name', 'größe', 'a b', 'x', 'Wert']) + (i === 0 ? '' : `_${i}`));
  const rows = Array.from({ length: 5 + Math.floor(random() * 60) }, (_, r) =>
    columns.map((make, c) => (c > 0 && r > 1 && random() < 0.1 ? null : make())),
  );
  return { names, rows };
}

function randomDialect(random: () => number): Dialect {
  const delimiter = [',', ';', '\t', '|'][Math.floor(random() * 4)] ?? ',';
  const encoding = random() < 0.3 ? 'latin1' : 'utf8';
  return {
    delimiter,
    newline: random() < 0.5 ? '\n' : '\r\n',
    decimal: delimiter === ';' && random() < 0.7 ? ',' : '.',
    bom: encoding === 'utf8' && random() < 0.3,
    encoding,
    quoteAll: random() < 0.2,
    lastNewline: random() < 0.7,
  };
}

function write(names: readonly string[], rows: readonly Cell[][], dialect: Dialect): Buffer {
  const field = (cell: Cell) => {
    if (cell === null) return '';
    const text = typeof cell === 'number' ? String(cell).replace('.', dialect.decimal) : String(cell);
    const special = [dialect.delimiter, '"', '\n', '\r'].some((mark) => text.includes(mark));
    return special || dialect.quoteAll ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [names, ...rows].map((row) => row.map(field).join(dialect.delimiter));
  const text = lines.join(dialect.newline) + (dialect.lastNewline ? dialect.newline : '');
  return Buffer.from((dialect.bom ? '\uFEFF' : '') + text, dialect.encoding);
}

describe('round trip', () => {
  it.each(Array.from({ length: 16 }, (_, seed) => seed))(
    'a random table comes back the same (seed %i)',
    async (seed) => {
      const random = chances(seed * 7919 + 1);
      const { names, rows } = randomTable(random);
      const dialect = randomDialect(random);
      const result = await profiled(write(names, rows, dialect));
      expect(result.columns.map(({ name }) => name)).toEqual(names);
      expect(result.cells).toEqual(rows.slice(0, 200));
      expect(result.profile.columns.map(({ missing }) => missing)).toEqual(
        names.map((_, c) => rows.filter((row) => row[c] === null).length),
      );
    },
  );
});

describe('the byte scanner and the record parser', () => {
  it('agree on every text', () => {
    const random = chances(42);
    const marks = ['a', 'bc', ',', ',', '"', '"', '\n', '\n', '\r\n', '\r', ' ', 'é'];
    let compared = 0;
    for (let round = 0; round < 3000; round++) {
      const body = Array.from(
        { length: 4 + Math.floor(random() * 30) },
        () => marks[Math.floor(random() * marks.length)],
      );
      const text = `x,y\n1,2\n3,4\n5,6\n7,8\n9,1\n2,3\n4,5\n6,7\n8,9\n1,1\n${body.join('')}`;
      const records: string[][] = [];
      const parser = createRecordParser(
        { delimiter: ',', quote: '"', newline: 'lf', skipSpace: false },
        (fields, blank) => {
          if (!blank) records.push(fields);
        },
      );
      parser.write(text);
      parser.end();
      const ragged = records.filter((record) => record.length !== 2).length;
      const counted = attempt(text, 1 + Math.floor(random() * 9));
      if (!counted) continue;
      compared++;
      expect([JSON.stringify(text), counted.records, counted.ragged]).toEqual([
        JSON.stringify(text),
        records.length - 1,
        ragged,
      ]);
    }
    expect(compared).toBeGreaterThan(1000);
  });

  function attempt(text: string, chunk: number) {
    try {
      return takeIn(text, { chunk }).table;
    } catch {
      // An open quote or too many ragged rows.
      return undefined;
    }
  }
});
