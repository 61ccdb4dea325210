import type { TransformStep } from '@quadrax/contract';
import { shortened } from '#platform/text';
import { columnId, countOf, sqlText } from './duckdb.ts';
import {
  ids,
  indexOf,
  make,
  named,
  replaced,
  typeOf,
  type Apply,
  type Bench,
  type Frame,
  type Parts,
  type StepOf,
} from './frame.ts';
import { castSql as textCastSql } from './physical.ts';
import { explainQuery, QueryError } from './query-error.ts';
import { readExpression } from './statement.ts';
import { createView } from './table-views.ts';
import { tidy } from './tidy.ts';

export const joinKey = (datakitId: string, version: number): string => `${datakitId} ${version}`;

const most = 200;

const castTypes = {
  integer: 'BIGINT',
  numeric: 'DOUBLE',
  boolean: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  time: 'TIME',
  text: 'VARCHAR',
} as const;

function castSql(id: string, from: string, { type, format }: StepOf<'cast'>): string {
  if (type === 'datetime' && format !== undefined)
    return `try_strptime(${id}::VARCHAR, ${sqlText(format)})::TIMESTAMP`;
  if (type === 'datetime' && from === 'VARCHAR')
    return `coalesce(try_cast(${id} AS TIMESTAMP), make_timestamp(epoch_us(try_cast(${id} AS TIMESTAMPTZ))))`;
  if (type === 'time' && from === 'VARCHAR') return textCastSql(id, { kind: 'time' });
  // A time as the seconds since midnight.
  if (from === 'TIME' && type === 'numeric') return `epoch(${id})::DOUBLE`;
  if (from === 'TIME' && type === 'integer')
    return `CASE WHEN epoch(${id}) = trunc(epoch(${id})) THEN epoch(${id})::BIGINT END`;
  // 1.5 is no whole number; DuckDB would round it.
  if (type === 'integer' && from !== 'BOOLEAN' && from !== 'TIMESTAMP')
    return `CASE WHEN try_cast(${id} AS DOUBLE) = trunc(try_cast(${id} AS DOUBLE)) THEN try_cast(${id} AS BIGINT) END`;
  return `try_cast(${id} AS ${castTypes[type]})`;
}

const cast: Apply<'cast'> = async (bench, frame, step, at) => {
  const index = indexOf(frame, step.column, `${at}.column`);
  const id = columnId(index);
  const sql = castSql(id, await typeOf(bench, frame, index), step);
  const [row] = await bench.db.rows(
    `SELECT count(*), min(${id}::VARCHAR) FROM ${frame.relation} WHERE ${id} IS NOT NULL AND (${sql}) IS NULL`,
  );
  const lost = countOf(row?.[0]);
  if (lost > 0) {
    const what = `${lost.toLocaleString('en')} ${lost === 1 ? 'value' : 'values'} of "${step.column}" cannot be ${step.type}, such as "${shortened(String(row?.[1]), 60)}"`;
    if (step.onFailure === 'refuse')
      throw new QueryError(
        'INVALID_QUERY',
        `${at}.type`,
        `${what}. Correct them first, or let them be missing.`,
      );
    bench.note(`${what}: made missing.`);
  }
  return make(bench, replaced(frame, index, `(${sql})`), `FROM ${frame.relation}`, frame.names);
};

/** Runs what DuckDB has to say about an expression through the words for people. */
async function asked<T>(
  field: string,
  sql: string,
  expression: string,
  run: (sql: string) => Promise<T>,
): Promise<T> {
  try {
    return await run(sql);
  } catch (error) {
    throw sql.includes(`(\n${expression}\n)`)
      ? explainQuery(error, sql, field, 1)
      : explainQuery(error, sql, field, 0, expression);
  }
}

/** Window functions and queries within an expression leave the rows in another order. */
const disorders = /\bover\b|\bselect\b/i;

/** The column `e` of an expression over the columns' own names, beside c0, c1 … */
async function withExpression(
  bench: Bench,
  frame: Frame,
  expression: string,
  field: string,
): Promise<string> {
  const { db } = bench;
  const placed = disorders.test(expression);
  const renamed = await createView(db, 'data', frame.names, frame.relation, placed);
  const known = { names: new Set(['data']), renamed };
  const statement = await readExpression(db, expression, known, field);
  const inner = statement.replace(/^SELECT\s+/i, '').replace(/\s+FROM\s+"?data"?$/i, '');
  const relation = bench.fresh();
  const columns = [...ids(frame), ...(placed ? ['place'] : []), 'e'].join(', ');
  const order = placed ? ' ORDER BY place' : '';
  const sql = `CREATE TABLE ${relation} AS SELECT * FROM (SELECT *, ${inner} FROM data) AS q(${columns})${order}`;
  await asked(field, sql, expression, (text) => db.run(text));
  return relation;
}

const derive: Apply<'derive'> = async (bench, frame, { name, expression }, at) => {
  const names = named([...frame.names.filter((known) => known !== name), name], `${at}.name`);
  const relation = await withExpression(bench, frame, expression, `${at}.expression`);
  const place = frame.names.indexOf(name);
  if (place >= 0) return make(bench, replaced(frame, place, 'e'), `FROM ${relation}`, frame.names);
  return make(bench, [...ids(frame), 'e'], `FROM ${relation}`, names);
};

const filter: Apply<'filter'> = async (bench, frame, { where }, at) => {
  const relation = await withExpression(bench, frame, where, `${at}.where`);
  return asked(`${at}.where`, '', where, () =>
    make(bench, ids(frame), `FROM ${relation} WHERE e::BOOLEAN`, frame.names),
  );
};

const rename: Apply<'rename'> = async (_bench, frame, { column, to }, at) => {
  const index = indexOf(frame, column, `${at}.column`);
  return { ...frame, names: named(frame.names.with(index, to), `${at}.to`) };
};

const choose = (bench: Bench, frame: Frame, indices: readonly number[]): Promise<Frame> =>
  make(
    bench,
    indices.map(columnId),
    `FROM ${frame.relation}`,
    indices.map((i) => frame.names[i] ?? ''),
  );

const drop: Apply<'drop'> = async (bench, frame, { columns }, at) => {
  const gone = new Set(columns.map((name, i) => indexOf(frame, name, `${at}.columns.${i}`)));
  const left = [...frame.names.keys()].filter((index) => !gone.has(index));
  if (left.length === 0)
    throw new QueryError('UNKNOWN_FIELD', `${at}.columns`, 'A table keeps at least one column.');
  return choose(bench, frame, left);
};

const keep: Apply<'keep'> = async (bench, frame, { columns }, at) =>
  choose(bench, frame, [...new Set(columns.map((name, i) => indexOf(frame, name, `${at}.columns.${i}`)))]);

async function fill(
  bench: Bench,
  frame: Frame,
  index: number,
  step: StepOf<'impute'>,
  at: string,
): Promise<string> {
  const id = columnId(index);
  const type = await typeOf(bench, frame, index);
  const number = /^(BIGINT|DOUBLE|HUGEINT|INTEGER|DECIMAL.*|FLOAT)$/.test(type);
  const name = frame.names[index] ?? '';
  if (step.method === 'constant') {
    if (step.value === undefined)
      throw new QueryError('UNKNOWN_FIELD', `${at}.value`, 'Say which value takes the place of the missing.');
    const value = `try_cast(${sqlText(String(step.value))} AS ${type})`;
    const [row] = await bench.db.rows(`SELECT ${value} IS NULL`);
    if (row?.[0] === true)
      throw new QueryError(
        'UNKNOWN_FIELD',
        `${at}.value`,
        `"${String(step.value)}" does not fit the values of "${name}".`,
      );
    return `coalesce(${id}, ${value})`;
  }
  if (step.method === 'mode')
    return `coalesce(${id}, (SELECT ${id} FROM ${frame.relation} WHERE ${id} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1))`;
  if (!number)
    throw new QueryError(
      'UNKNOWN_FIELD',
      `${at}.columns`,
      `"${name}" holds no numbers, so it has no ${step.method}. Use mode or a constant.`,
    );
  // A mean of whole numbers is seldom one.
  return `coalesce(${id}::DOUBLE, (SELECT ${step.method === 'mean' ? 'avg' : 'median'}(${id}) FROM ${frame.relation}))`;
}

const impute: Apply<'impute'> = async (bench, frame, step, at) => {
  const expressions = ids(frame);
  for (const [i, name] of step.columns.entries()) {
    const index = indexOf(frame, name, `${at}.columns.${i}`);
    const [row] = await bench.db.rows(
      `SELECT count(*) FROM ${frame.relation} WHERE ${columnId(index)} IS NULL`,
    );
    const missing = countOf(row?.[0]);
    const filled = await fill(bench, frame, index, step, at);
    if (missing === 0) continue;
    expressions[index] = filled;
    const values = missing === 1 ? 'value' : 'values';
    bench.note(`Filled ${missing.toLocaleString('en')} missing ${values} of "${name}" by ${step.method}.`);
  }
  return make(bench, expressions, `FROM ${frame.relation}`, frame.names);
};

const join: Apply<'join'> = async (bench, frame, step, at) => {
  const other = bench.joined.get(joinKey(step.datakitId, step.version ?? 0));
  if (!other) throw new QueryError('UNKNOWN_FIELD', `${at}.datakitId`, 'There is no such datakit.');
  const right: Frame = { relation: '', names: other.columns };
  const pairs = step.on.map((pair, i) => ({
    left: indexOf(frame, pair.left, `${at}.on.${i}.left`),
    right: indexOf(right, pair.right, `${at}.on.${i}.right`),
  }));
  const keys = new Set(pairs.map((pair) => pair.right));
  const coming = [...other.columns.keys()].filter((index) => !keys.has(index));
  const names = named(
    [...frame.names, ...coming.map((i) => `${step.prefix}${other.columns[i] ?? ''}`)],
    `${at}.prefix`,
  );
  const on = pairs.map((pair) => `l.${columnId(pair.left)} = r.${columnId(pair.right)}`).join(' AND ');
  const expressions = [
    ...ids(frame).map((id) => `l.${id}`),
    ...coming.map((index) => `r.${columnId(index)}`),
  ];
  const rest =
    `FROM (SELECT *, row_number() OVER () AS place FROM ${frame.relation}) l ` +
    `${step.type === 'inner' ? 'JOIN' : 'LEFT JOIN'} ` +
    `(SELECT *, file_row_number AS place FROM read_parquet(${sqlText(other.parquet)}, file_row_number = true)) r ` +
    `ON ${on} ORDER BY l.place, r.place`;
  return asked(`${at}.on`, '', '', () => make(bench, expressions, rest, names));
};

const encode: Apply<'encode'> = async (bench, frame, step, at) => {
  const index = indexOf(frame, step.column, `${at}.column`);
  const id = columnId(index);
  const rows = await bench.db.rows(
    `SELECT DISTINCT ${id}::VARCHAR FROM ${frame.relation} WHERE ${id} IS NOT NULL ORDER BY 1 LIMIT ${most + 1}`,
  );
  const found = rows.map(([value]) => String(value));
  if (found.length > most)
    throw new QueryError(
      'INVALID_QUERY',
      `${at}.column`,
      `"${step.column}" has more than ${most} different values. Group the rare ones first, or leave it as it is: training takes categories.`,
    );
  const order = step.order ?? found;
  const unlisted = found.filter((value) => !order.includes(value));
  if (unlisted.length > 0)
    bench.note(
      `${unlisted.length} values of "${step.column}" are not in the order given and count as missing.`,
    );
  if (step.method === 'ordinal') {
    const cases = order.map((value, i) => `WHEN ${sqlText(value)} THEN ${i}`);
    const sql = order.length === 0 ? 'NULL::BIGINT' : `(CASE ${id}::VARCHAR ${cases.join(' ')} END)::BIGINT`;
    return make(bench, replaced(frame, index, sql), `FROM ${frame.relation}`, frame.names);
  }
  const others = [...frame.names.keys()].filter((i) => i !== index);
  const names = named(
    [...others.map((i) => frame.names[i] ?? ''), ...order.map((value) => `${step.column}=${value}`)],
    `${at}.column`,
  );
  const bits = order.map((value) => `coalesce(${id}::VARCHAR = ${sqlText(value)}, false)::TINYINT::BIGINT`);
  return make(bench, [...others.map(columnId), ...bits], `FROM ${frame.relation}`, names);
};

const sort: Apply<'sort'> = async (bench, frame, { by }, at) => {
  const keys = by.map(({ column, descending }, i) => {
    const id = columnId(indexOf(frame, column, `${at}.by.${i}.column`));
    return `${id} ${descending ? 'DESC' : 'ASC'} NULLS LAST`;
  });
  return make(bench, ids(frame), `FROM ${frame.relation} ORDER BY ${keys.join(', ')}, rowid`, frame.names);
};

const deduplicate: Apply<'deduplicate'> = async (bench, frame, { columns }, at) => {
  const keys = columns?.map((name, i) => columnId(indexOf(frame, name, `${at}.columns.${i}`))) ?? ids(frame);
  const firsts = `SELECT min(rowid) FROM ${frame.relation} GROUP BY ${keys.join(', ')}`;
  const made = await make(
    bench,
    ids(frame),
    `FROM ${frame.relation} WHERE rowid IN (${firsts}) ORDER BY rowid`,
    frame.names,
  );
  const [row] = await bench.db.rows(
    `SELECT (SELECT count(*) FROM ${frame.relation}) - (SELECT count(*) FROM ${made.relation})`,
  );
  bench.note(`Left out ${countOf(row?.[0]).toLocaleString('en')} repeated rows.`);
  return made;
};

/** The same for a seed on every machine: the digest of the row's number. */
const chance = (seed: number): string => `md5(${sqlText(`${seed}:`)} || rowid)`;

const sample: Apply<'sample'> = (bench, frame, { rows, seed }) =>
  make(
    bench,
    ids(frame),
    `FROM ${frame.relation} QUALIFY row_number() OVER (ORDER BY ${chance(seed)}, rowid) <= ${rows} ORDER BY rowid`,
    frame.names,
  );

/** Parts a table by chance; with `stratify` each of its values keeps its share in both. */
export async function splitFrame(
  bench: Bench,
  frame: Frame,
  { testShare, seed, stratify }: StepOf<'split'>,
  at: string,
): Promise<Parts> {
  const by =
    stratify === undefined ? '' : `PARTITION BY ${columnId(indexOf(frame, stratify, `${at}.stratify`))} `;
  const test = `row_number() OVER (${by}ORDER BY ${chance(seed)}, rowid) <= round(count(*) OVER (${by}) * ${testShare})`;
  const part = (condition: string): Promise<Frame> =>
    make(
      bench,
      ids(frame),
      `FROM (SELECT *, rowid AS place, ${test} AS held FROM ${frame.relation}) WHERE ${condition} ORDER BY place`,
      frame.names,
    );
  return { train: await part('NOT held'), test: await part('held') };
}

const plain = {
  rename,
  cast,
  tidy,
  drop,
  keep,
  filter,
  impute,
  join,
  encode,
  derive,
  sort,
  deduplicate,
  sample,
} satisfies { readonly [Kind in Exclude<TransformStep['step'], 'split'>]: Apply<Kind> };

/** One step that makes one table of one. @throws QueryError whose field is below `at` */
export function applyStep(
  bench: Bench,
  frame: Frame,
  step: Exclude<TransformStep, { step: 'split' }>,
  at: string,
): Promise<Frame> {
  const apply = plain[step.step] as Apply<typeof step.step>;
  return apply(bench, frame, step, at);
}
