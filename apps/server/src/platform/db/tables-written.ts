const writing = /\b(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(?:only\s+)?"?quadrax"?\."?(\w+)/gi;

/** The tables of the schema `quadrax` that a statement writes, by its text; not what triggers and cascades do besides. */
export const tablesWritten = (statement: string): readonly string[] =>
  [...statement.matchAll(writing)].map(([, table = '']) => table);
