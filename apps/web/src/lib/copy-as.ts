/** A call of the API, as a page made it. */
export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the contract writes it: "/datakits/:id". */
  path: string;
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

const shellQuote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

const known = (query: ApiCall['query']): [string, string | number | boolean][] =>
  Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));

function urlOf(call: ApiCall, origin: string): string {
  const path = call.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(call.params?.[name] ?? `{${name}}`)),
  );
  const query = new URLSearchParams(
    known(call.query).map(([name, value]) => [name, String(value)]),
  ).toString();
  return `${origin}/api/v1${path}${query === '' ? '' : `?${query}`}`;
}

/** The call as a shell line. The token is read from `$QUADRAX_TOKEN`, so that none is ever copied. */
export function asCurl(call: ApiCall, origin: string): string {
  const parts = [
    `curl ${call.method === 'GET' ? '' : `-X ${call.method} `}${shellQuote(urlOf(call, origin))}`,
  ];
  parts.push(`-H "Authorization: Bearer $QUADRAX_TOKEN"`);
  if (call.body !== undefined) {
    parts.push(`-H 'Content-Type: application/json'`);
    parts.push(`-d ${shellQuote(JSON.stringify(call.body))}`);
  }
  return parts.join(' \\\n  ');
}

const indent = (value: unknown, depth: number): string =>
  JSON.stringify(value, null, 2)
    .replaceAll(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, '$1$2:')
    .replaceAll('\n', `\n${'  '.repeat(depth)}`);

/** The call as TypeScript with `@quadrax/client`. */
export function asTypeScript(call: ApiCall, origin: string): string {
  const options: string[] = [];
  const params: Record<string, unknown> = {};
  if (call.params && Object.keys(call.params).length > 0) params.path = call.params;
  const query = known(call.query);
  if (query.length > 0) params.query = Object.fromEntries(query);
  if (Object.keys(params).length > 0) options.push(`params: ${indent(params, 1)},`);
  if (call.body !== undefined) options.push(`body: ${indent(call.body, 1)},`);
  const path = `'${call.path.replaceAll(/:(\w+)/g, '{$1}')}'`;
  const given = options.length === 0 ? '' : `, {\n  ${options.join('\n  ')}\n}`;
  return [
    `import { createClient } from '@quadrax/client';`,
    '',
    `const quadrax = createClient({`,
    `  baseUrl: '${origin}/api/v1',`,
    `  token: () => process.env.QUADRAX_TOKEN,`,
    `});`,
    `const { data, error } = await quadrax.${call.method}(${path}${given});`,
    '',
  ].join('\n');
}
