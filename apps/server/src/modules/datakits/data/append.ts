import { shortened } from '#platform/text';
import { columnsDiffer, differenceText } from './column-difference.ts';
import { columnId, countOf, sqlText, type Statements } from './duckdb.ts';
import type { Loaded } from './loaded.ts';
import { castSql, type Physical } from './physical.ts';
import { physicalKinds, type StoredKind, type TableColumn } from './preview.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** The stored table of an earlier version. */
export interface BaseTable {
  readonly parquet: string;
  readonly columns: readonly TableColumn[];
}

/** The columns that are stored as text: what is put below them must stay the text it is, `007` no number. */
export async function textColumns(
  db: Statements,
  { parquet, columns }: BaseTable,
): Promise<ReadonlySet<string>> {
  const kinds = await physicalKinds(db, parquet);
  return new Set(columns.flatMap(({ name }, i) => (kinds[i] === 'text' ? [name] : [])));
}

const physicals: Readonly<Record<StoredKind, Physical>> = {
  number: { kind: 'double', style: 'plain' },
  whole: { kind: 'bigint' },
  boolean: { kind: 'boolean' },
  timestamp: { kind: 'timestamp', format: 'iso' },
  time: { kind: 'time' },
  text: { kind: 'varchar' },
};
const sqlKinds = {
  number: 'DOUBLE',
  whole: 'BIGINT',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  time: 'TIME',
  text: 'VARCHAR',
} as const satisfies Record<StoredKind, string>;
const spoken = {
  number: 'numbers',
  whole: 'whole numbers',
  boolean: 'true and false',
  timestamp: 'dates',
  time: 'times of day',
  text: 'text',
} as const satisfies Record<StoredKind, string>;

/** Column of the file → the type that both can have. Whole numbers take numbers in; else the stored type decides. */
function common(base: StoredKind, given: Physical | undefined): StoredKind {
  return base === 'whole' && given?.kind === 'double' ? 'number' : base;
}

/**
 * Puts the rows of table `t` below those of a stored table: columns by their names, in the order of the stored table.
 * A value that is not of the stored type ends it. Throws `UnreadableFile`.
 */
export async function appendRows(db: Statements, loaded: Loaded, base: BaseTable): Promise<Loaded> {
  const names = base.columns.map(({ name }) => name);
  const difference = columnsDiffer(names, loaded.names);
  if (difference) throw new UnreadableFile(differenceText(difference));
  const stored = await physicalKinds(db, base.parquet);
  const sources = names.map((name) => loaded.names.indexOf(name));
  const kinds = names.map((_, i) => common(stored[i] ?? 'text', loaded.physicals[sources[i] ?? 0]));
  const casts = kinds.map((kind, i) => {
    const id = columnId(sources[i] ?? 0);
    // A date would be cast to its clock.
    return kind === 'time' ? castSql(`${id}::VARCHAR`, { kind }) : `try_cast(${id} AS ${sqlKinds[kind]})`;
  });
  await demandFit(db, names, kinds, sources, casts);
  const above = kinds.map((kind, i) => `${columnId(i)}::${sqlKinds[kind]} AS ${columnId(i)}`);
  const below = casts.map((sql, i) => `${sql} AS ${columnId(i)}`);
  await db.run(
    `CREATE TABLE joined AS SELECT ${above.join(', ')} FROM read_parquet(${sqlText(base.parquet)}) ` +
      `UNION ALL SELECT ${below.join(', ')} FROM t`,
  );
  await db.run('DROP TABLE t');
  await db.run('ALTER TABLE joined RENAME TO t');
  const [row] = await db.rows('SELECT count(*) FROM t');
  return {
    rows: countOf(row?.[0]),
    names,
    physicals: kinds.map((kind) => physicals[kind]),
    mixed: new Map(),
    ...(loaded.warnings && { warnings: loaded.warnings }),
  };
}

async function demandFit(
  db: Statements,
  names: readonly string[],
  kinds: readonly StoredKind[],
  sources: readonly number[],
  casts: readonly string[],
): Promise<void> {
  const lost = casts.map((sql, i) => {
    const id = columnId(sources[i] ?? 0);
    return `min(${id}::VARCHAR) FILTER (WHERE ${id} IS NOT NULL AND ${sql} IS NULL)`;
  });
  const [row = []] = await db.rows(`SELECT ${lost.join(', ')} FROM t`);
  for (const [i, name] of names.entries()) {
    const example = row[i];
    if (typeof example !== 'string') continue;
    throw new UnreadableFile(
      `Column "${name}" holds ${spoken[kinds[i] ?? 'text']}, but the file has "${shortened(example, 60)}" there. ` +
        'Correct the file, or change the column to text first.',
    );
  }
}
