import { shortened } from '#platform/text';
import { batches, countOf, type Statements } from './duckdb.ts';
import { candidateFormats } from './date-formats.ts';
import { countTexts, type Counts } from './count-texts.ts';
import { columnsAtOnce, fetchTexts, shortTable } from './text-columns.ts';
import { isBoolean, isMissing, isNumber, isTimeOfDay } from '@quadrax/contract/delimited';
import { dressOf } from './number-dress.ts';
import { castSql, isTypedMissing, type NumberStyle, type Physical } from './physical.ts';

/** What a column of text was found to hold. */
export interface Inferred {
  readonly physical: Physical;
  /** Most values read as one type, and some do not. */
  readonly mixed?: Mixed;
}

export interface Mixed {
  readonly kind: 'numbers' | 'dates' | 'times of day' | 'true or false';
  readonly values: number;
  readonly others: number;
  /** A value that does not fit. */
  readonly example: string;
}

interface Guess {
  readonly physical: Physical;
  readonly count: number;
}

const looked = 1000;

/**
 * Finds the type of text columns of a relation by trying every value. A column becomes a number, a date, a time of day or a boolean
 * only when all its values are one (those that stand for "missing" aside); when most are and some are not, it stays
 * text and `mixed` says so, since leaving values out silently would lose them. Entries follow `columns`.
 */
export async function inferColumns(
  db: Statements,
  relation: string,
  columns: readonly string[],
  rows: number,
  decimal: '.' | ',',
): Promise<Inferred[]> {
  const found: Inferred[] = [];
  for (const batch of batches(columns, columnsAtOnce(rows))) {
    const all = rows <= shortTable ? await fetchTexts(db, relation, batch) : undefined;
    const counts = all ? all.map(countTexts) : await countSimple(db, relation, batch);
    const texts = all ?? (await firstTexts(db, relation, batch));
    for (const [i, column] of batch.entries()) {
      const count = counts[i];
      if (!count) continue;
      const sample = (texts[i] ?? [])
        .slice(0, looked)
        .filter((text) => text !== null && !isMissing(text)) as string[];
      const simple = decideSimple(count);
      found.push(simple ?? (await decideHard(db, relation, column, count, sample, decimal)));
    }
  }
  return found;
}

async function countSimple(db: Statements, relation: string, columns: readonly string[]): Promise<Counts[]> {
  const perColumn = 6;
  const parts = columns.map((c) => {
    const plain = castSql(c, { kind: 'double', style: 'plain' });
    return [
      `count(${c}) FILTER (WHERE NOT ${isTypedMissing(c)})`,
      `count(${plain}) FILTER (WHERE NOT ${isTypedMissing(c)})`,
      `count(${castSql(c, { kind: 'bigint' })})`,
      `count(${castSql(c, { kind: 'boolean' })})`,
      `count(*) FILTER (WHERE ${c}[1] = '0' AND length(${c}) > 1 AND ${c}[2] BETWEEN '0' AND '9')`,
      `count(*) FILTER (WHERE length(${c}) > 18 AND regexp_full_match(${c}, '[+-]?\\d{19,}') AND try_cast(${c} AS BIGINT) IS NULL)`,
    ].join(', ');
  });
  const [row = []] = await db.rows(`SELECT ${parts.join(', ')} FROM ${relation}`);
  return columns.map((_, i) => {
    const [present, double, bigint, boolean, zeros, overflow] = row
      .slice(i * perColumn, (i + 1) * perColumn)
      .map(countOf) as [number, number, number, number, number, number];
    return { present, double, bigint, boolean, zeros, overflow };
  });
}

/** Values from the beginning of each column. */
async function firstTexts(
  db: Statements,
  relation: string,
  columns: readonly string[],
): Promise<(string | null)[][]> {
  const rows = await db.rows(`SELECT ${columns.join(', ')} FROM ${relation} LIMIT ${looked}`);
  return columns.map((_, i) => rows.map((row) => (typeof row[i] === 'string' ? row[i] : null)));
}

function decideSimple({ present, double, bigint, boolean, zeros, overflow }: Counts): Inferred | undefined {
  if (present === 0) return { physical: { kind: 'raw' } };
  if (boolean === present) return { physical: { kind: 'boolean' } };
  if (bigint === present) return { physical: { kind: 'bigint' } };
  if (double < present) return undefined;
  const code = zeros > 0 || overflow > 0;
  return { physical: code ? { kind: 'varchar' } : { kind: 'double', style: 'plain' } };
}

async function decideHard(
  db: Statements,
  relation: string,
  column: string,
  counts: Counts,
  texts: readonly string[],
  decimal: '.' | ',',
): Promise<Inferred> {
  let best: Guess = { physical: { kind: 'varchar' }, count: 0 };
  if (counts.zeros === 0) best = { physical: { kind: 'double', style: 'plain' }, count: counts.double };
  if (counts.boolean > best.count) best = { physical: { kind: 'boolean' }, count: counts.boolean };
  for (const physical of hardCandidates(texts, decimal)) {
    const count = await countCasts(db, relation, column, physical);
    if (count > best.count) best = { physical, count };
  }
  if (best.count === counts.present) return { physical: best.physical };
  const varchar: Physical = { kind: 'varchar' };
  if (best.count * 2 <= counts.present) return { physical: varchar };
  const example = await misfit(db, relation, column, best.physical);
  const mixed = {
    kind: wordFor(best.physical),
    values: best.count,
    others: counts.present - best.count,
    example,
  };
  return { physical: varchar, mixed };
}

const dressedStyles: Readonly<Record<'.' | ',', readonly NumberStyle[]>> = {
  '.': ['plain', 'thousands-comma', 'comma', 'thousands-point'],
  ',': ['comma', 'thousands-point', 'plain', 'thousands-comma'],
};

/** Number styles, date formats and times worth trying on a column that holds such texts. */
function hardCandidates(texts: readonly string[], decimal: '.' | ','): Physical[] {
  const clocks = texts.filter(isTimeOfDay).length;
  if (clocks > 0 && clocks * 2 >= texts.length) return [{ kind: 'time' }];
  const dates = candidateFormats(texts).map((format): Physical => ({ kind: 'timestamp', format }));
  const dress = dressOf(texts);
  if (dress)
    return [
      ...dressedStyles[decimal].map((style): Physical => ({ kind: 'double', style, ...dress })),
      ...dates,
    ];
  const commas = texts.filter((text) => /^\s*[+-]?\d[\d.]*,[\d,.]+\s*$/.test(text)).length;
  if (commas === 0 || texts.every((text) => isBoolean(text) || !/\d/.test(text))) return dates;
  const styles: NumberStyle[] =
    decimal === ','
      ? ['comma', 'thousands-point', 'thousands-comma']
      : ['thousands-comma', 'comma', 'thousands-point'];
  const likely = texts.filter((text) => isNumber(text.trim()) || /^[\s\d.,+-]+$/.test(text)).length;
  if (likely * 2 < texts.length) return dates;
  return [...styles.map((style): Physical => ({ kind: 'double', style })), ...dates];
}

async function countCasts(
  db: Statements,
  relation: string,
  column: string,
  physical: Physical,
): Promise<number> {
  const present = `NOT ${isTypedMissing(column)}`;
  const [row] = await db.rows(
    `SELECT count(${castSql(column, physical)}) FILTER (WHERE ${present}) FROM ${relation}`,
  );
  return countOf(row?.[0]);
}

async function misfit(db: Statements, relation: string, column: string, physical: Physical): Promise<string> {
  const [row] = await db.rows(
    `SELECT ${column} FROM ${relation} WHERE ${column} IS NOT NULL AND NOT ${isTypedMissing(column)} ` +
      `AND ${castSql(column, physical)} IS NULL LIMIT 1`,
  );
  return shortened(String(row?.[0] ?? ''), 60);
}

function wordFor(physical: Physical): Mixed['kind'] {
  if (physical.kind === 'timestamp') return 'dates';
  if (physical.kind === 'time') return 'times of day';
  return physical.kind === 'boolean' ? 'true or false' : 'numbers';
}
