import type { Statements } from './duckdb.ts';
import { placeAt, QueryError } from './query-error.ts';
import type { KnownTables } from './table-views.ts';

/*
 * A statement of a person is parsed by DuckDB itself before anything of it is run. What may be named is listed, not
 * what may not: the tables that were made for it, and a few functions that make rows. So nothing it could say of files,
 * settings or the catalog is ever looked up. The sandbox (duckdb.ts) would refuse to read and write files besides.
 */

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Functions that stand where a table does. */
const rowMakers: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest']);
/** Functions that tell of the server rather than of the data. */
const secretive = /^(current_setting|getenv|getvariable|set_config|write_log|duckdb_\w+|pg_\w+)$/i;

const onlySelect =
  'Only one SELECT can be run here: it reads the data and changes nothing. To change it, save the result as a new version.';

/** Without the list DuckDB makes several statements of it, of which it tells nothing beforehand. */
const pivotList =
  "PIVOT needs the values that become columns: PIVOT data ON city IN ('Bern', 'Köln') USING sum(price).";

interface Walk {
  readonly sql: string;
  readonly field: string;
  readonly known: KnownTables;
}

const placeOf = ({ sql }: Walk, node: Node) => {
  const offset = Number(node['query_location']);
  return Number.isFinite(offset) && offset <= sql.length ? placeAt(sql, offset) : undefined;
};

const refuse = (walk: Walk, node: Node, message: string): QueryError =>
  new QueryError('INVALID_QUERY', walk.field, message, placeOf(walk, node));

function checkTable(walk: Walk, node: Node, scope: ReadonlySet<string>): void {
  const name = textOf(node['table_name']);
  const qualified = node['schema_name'] !== '' || node['catalog_name'] !== '';
  const lower = name.toLowerCase();
  if (!qualified && (scope.has(lower) || walk.known.names.has(lower))) return;
  throw refuse(
    walk,
    node,
    `There is no table "${qualified ? `${textOf(node['schema_name'])}.${name}` : name}" here. The datakit is called data; name others in "with".`,
  );
}

/** Behind these stand macros that copy what they are given, and look at it before it is used. */
const limited = /^(repeat|lpad|rpad)$/i;
const deepest = 4;
/** They would give the macro something else each time. */
const volatile = /^(random|uuid|gen_random_uuid|uuidv[47]|nextval|currval|setseed)$/i;

function checkFunction(walk: Walk, node: Node): void {
  const name = textOf(node['function_name']);
  if (secretive.test(name)) throw refuse(walk, node, `The function "${name}" cannot be used here.`);
  if (!limited.test(name)) return;
  if (textOf(node['schema']) !== '' || textOf(node['catalog']) !== '')
    throw refuse(walk, node, `Write the function "${name}" without a schema before it.`);
  const { depth, changing } = within(node);
  if (depth > deepest) throw refuse(walk, node, `The function "${name}" is nested too deep here.`);
  if (changing !== undefined)
    throw refuse(walk, node, `The function "${name}" cannot be given what "${changing}" draws.`);
}

/** How deep limited functions are nested from a node on, and a function among them that is never the same. */
function within(value: unknown): { depth: number; changing: string | undefined } {
  const found = { depth: 0, changing: undefined as string | undefined };
  const children = Array.isArray(value) ? value : isNode(value) ? Object.values(value) : [];
  for (const child of children) {
    if (typeof child !== 'object' || child === null) continue;
    const { depth, changing } = within(child);
    found.depth = Math.max(found.depth, depth);
    found.changing ??= changing;
  }
  const name = isNode(value) ? textOf(value['function_name']) : '';
  if (limited.test(name)) found.depth++;
  if (volatile.test(name)) found.changing = name;
  return found;
}

function checkRowMaker(walk: Walk, node: Node): void {
  const called = isNode(node['function']) ? node['function'] : {};
  const name = textOf(called['function_name']);
  if (!rowMakers.has(name.toLowerCase()))
    throw refuse(
      walk,
      called,
      `"${name}" cannot stand for a table here: files and settings are out of reach. Upload the file as a datakit.`,
    );
}

/** Names that a WITH makes known. One that is not recursive does not know itself. */
function checkNamed(walk: Walk, map: readonly unknown[], outer: ReadonlySet<string>): ReadonlySet<string> {
  const scope = new Set(outer);
  for (const entry of map) {
    if (!isNode(entry)) continue;
    const name = textOf(entry['key']).toLowerCase();
    const value = isNode(entry['value']) ? entry['value'] : {};
    const query = isNode(value['query']) ? value['query'] : {};
    const body = isNode(query['node']) ? query['node'] : {};
    const recursive = body['type'] === 'RECURSIVE_CTE_NODE';
    visit(walk, value, recursive ? new Set([...scope, name]) : scope);
    scope.add(name);
  }
  return scope;
}

function visit(walk: Walk, value: unknown, outer: ReadonlySet<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(walk, item, outer);
    return;
  }
  if (!isNode(value)) return;
  const { type, cte_map: named } = value;
  const scope = isNode(named) && Array.isArray(named['map']) ? checkNamed(walk, named['map'], outer) : outer;
  if (type === 'BASE_TABLE') checkTable(walk, value, scope);
  else if (type === 'TABLE_FUNCTION') checkRowMaker(walk, value);
  else if (type === 'SHOW_REF' && value['query'] === null) throw refuse(walk, value, onlySelect);
  if (type === 'FUNCTION' || 'function_name' in value) checkFunction(walk, value);
  for (const [key, child] of Object.entries(value)) if (key !== 'cte_map') visit(walk, child, scope);
}

/** Numbers that JSON does not have, beside texts, which may hold the same words. DuckDB writes 1e400 so. */
const noNumbers = /"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|inf|NaN|nan)\b/g;
const asJson = (text: string): string =>
  text.replaceAll(noNumbers, (found) => (found.startsWith('"') ? found : 'null'));

/** The statement as DuckDB parses it, and the text of that. */
async function parse(db: Statements, sql: string, field: string): Promise<{ node: Node; text: string }> {
  const [row] = await db.rows('SELECT json_serialize_sql($1::VARCHAR)::VARCHAR', [sql]);
  const text = String(row?.[0]).replaceAll('"query_location":18446744073709551615', '"query_location":null');
  const parsed = JSON.parse(asJson(text)) as Node;
  if (parsed['error'] === true) {
    const message = textOf(parsed['error_message']);
    if (/only select/i.test(message))
      throw new QueryError('INVALID_QUERY', field, /\bpivot\b/i.test(sql) ? pivotList : onlySelect);
    const offset = Number(parsed['position']);
    throw new QueryError(
      'INVALID_QUERY',
      field,
      `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
      parsed['position'] === undefined || !Number.isFinite(offset) ? undefined : placeAt(sql, offset),
    );
  }
  const statements = Array.isArray(parsed['statements']) ? parsed['statements'] : [];
  const [first] = statements as unknown[];
  if (statements.length !== 1 || !isNode(first) || !isNode(first['node']))
    throw new QueryError('INVALID_QUERY', field, onlySelect);
  return { node: first['node'], text };
}

/** Columns that differ in case only get the names they have inside. */
async function withInsideNames(db: Statements, text: string, { renamed }: KnownTables): Promise<string> {
  const changed = text.replaceAll(/"column_names":(\[(?:"(?:[^"\\]|\\.)*",?)+\])/g, (whole, list: string) => {
    const names = JSON.parse(list) as string[];
    const inside = renamed.get(names.at(-1) ?? '');
    return inside === undefined ? whole : `"column_names":${JSON.stringify([...names.slice(0, -1), inside])}`;
  });
  const plain = changed.replaceAll('"query_location":null', '"query_location":0');
  const [row] = await db.rows('SELECT json_deserialize_sql($1::JSON)', [plain]);
  return String(row?.[0]);
}

/**
 * The statement to run for what a person wrote: one SELECT over the known tables.
 * @throws QueryError
 */
export async function readStatement(
  db: Statements,
  sql: string,
  known: KnownTables,
  field = 'sql',
): Promise<string> {
  const { node, text } = await parse(db, sql, field);
  visit({ sql, field, known }, node, new Set());
  if (known.renamed.size === 0) return sql.replace(/[;\s]+$/, '');
  // It can be written anew for its other names only where JSON has all of its numbers.
  if (asJson(text) !== text)
    throw new QueryError(
      'INVALID_QUERY',
      field,
      "A number in it is larger than 1.8e308. For what is beyond every number write 'Infinity'::DOUBLE.",
    );
  return withInsideNames(db, text, known);
}

const bare = ['where_clause', 'having', 'qualify', 'sample'] as const;

/**
 * The select list's one entry for an expression over the table `data`, on a line of its own.
 * @throws QueryError where it is more, or less, than one expression
 */
export async function readExpression(
  db: Statements,
  expression: string,
  known: KnownTables,
  field: string,
): Promise<string> {
  const sql = `SELECT (\n${expression}\n) FROM data`;
  const shifted = (error: unknown): unknown =>
    error instanceof QueryError
      ? new QueryError(
          error.code,
          field,
          error.message.replace(/^Line (\d+)/, (_, line) => `Line ${Math.max(1, Number(line) - 1)}`),
        )
      : error;
  try {
    const { node } = await parse(db, sql, field);
    const table = isNode(node['from_table']) ? node['from_table'] : {};
    const list = node['select_list'];
    const alone =
      node['type'] === 'SELECT_NODE' &&
      Array.isArray(list) &&
      list.length === 1 &&
      table['type'] === 'BASE_TABLE' &&
      bare.every((part) => node[part] === null) &&
      (node['modifiers'] as unknown[]).length === 0 &&
      (node['group_expressions'] as unknown[]).length === 0;
    if (!alone || /\bcolumns\s*\(/i.test(expression))
      throw new QueryError('INVALID_QUERY', field, 'Write one expression, such as price * 1.2.');
    return await readStatement(db, sql, known, field);
  } catch (error) {
    throw shifted(error);
  }
}
