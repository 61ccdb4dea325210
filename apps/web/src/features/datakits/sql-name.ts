/** Words that DuckDB takes for its own where a column's name may stand. */
const reserved = new Set(
  (
    'all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast ' +
    'check collate collation column columns concurrently constraint create cross default deferrable desc describe ' +
    'distinct do else end except false fetch for foreign freeze from full generated glob group having ilike in ' +
    'initially inner intersect into is isnull join lambda lateral leading left like limit map natural not notnull null ' +
    'offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify ' +
    'references returning right select semi show similar some struct summarize symmetric table tablesample then to ' +
    'trailing true try_cast union unique unpack unpivot using variadic verbose when where window with'
  ).split(' '),
);

const inQuotes = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A name as SQL takes it: in double quotes, unless it is a plain word that has no meaning of its own. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/i.test(name) && !reserved.has(name.toLowerCase()) ? name : inQuotes(name);

/** The same among other columns: SQL does not tell `Age` from `age` unless both are in quotes. */
export function quotedAmong(name: string, columns: readonly string[]): string {
  const small = name.toLowerCase();
  return columns.some((other) => other !== name && other.toLowerCase() === small)
    ? inQuotes(name)
    : quoted(name);
}

/** Whether a quotation that has begun goes on behind a text. */
const isOpen = (text: string): boolean => /["']/.test(text.replaceAll(/"[^"]*"|'[^']*'/g, ''));

/** A name as it is put between two texts: with a space where it would grow together with a word or a quotation. */
export function putBetween(before: string, name: string, after: string): string {
  if (isOpen(before)) return name;
  const [ends, begins] = [/[\p{L}\p{N}_"']$/u.test(before), /^[\p{L}\p{N}_"']/u.test(after)];
  return `${ends ? ' ' : ''}${name}${begins ? ' ' : ''}`;
}
