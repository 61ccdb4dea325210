/** Another datakit in a query, and the name of its table there. */
export interface Joined {
  readonly datakitId: string;
  readonly as: string;
}

/** A name for a table that SQL takes without quotes and that no other has. */
export function tableName(name: string, others: readonly Joined[]): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 40);
  const reserved = /^(data(_v\d+)?|duckdb_.*|pg_.*|sqlite_.*|pragma_.*|information_schema.*)?$/.test(plain);
  const stem = reserved || /^\d/.test(plain) ? `t_${plain}` : plain;
  const taken = new Set(others.map(({ as }) => as));
  if (!taken.has(stem)) return stem;
  for (let number = 2; ; number++) if (!taken.has(`${stem}_${number}`)) return `${stem}_${number}`;
}
