import { endpoints } from './endpoints.ts';

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

/** "GET /datakits/:id" → "datakits.get", the SDK's name of the call. */
function nameOf(call: ApiCall): string | undefined {
  for (const [module, signatures] of Object.entries(endpoints)) {
    for (const [name, signature] of Object.entries(signatures)) {
      if (signature.startsWith(`${call.method} ${call.path} `)) {
        return `${module === 'identity' ? 'auth' : module}.${name}`;
      }
    }
  }
  return undefined;
}

const quote = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A value as TypeScript writes it: bare keys, single quotes. */
function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quote(value).replaceAll('\n', '\\n');
  if (typeof value !== 'object' || value === null) return String(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => literal(item, deeper));
    const short = `[${items.join(', ')}]`;
    return short.length <= 72 && !short.includes('\n')
      ? short
      : `[\n${deeper}${items.join(`,\n${deeper}`)},\n${indent}]`;
  }
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined
      ? []
      : [`${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)}: ${literal(field, deeper)}`],
  );
  if (fields.length === 0) return '{}';
  const short = `{ ${fields.join(', ')} }`;
  return short.length <= 72 && !short.includes('\n')
    ? short
    : `{\n${deeper}${fields.join(`,\n${deeper}`)},\n${indent}}`;
}

/** What the SDK's call takes, in its order: the path's parameters, then the query or the body. */
function argumentsOf(call: ApiCall, name: string): string[] {
  const inPath = [...call.path.matchAll(/:(\w+)/g)].map(([, parameter = '']) =>
    literal(call.params?.[parameter]),
  );
  const query = known(call.query);
  if (query.length > 0) inPath.push(literal(Object.fromEntries(query)));
  if (call.body !== undefined) {
    const { body } = call;
    const rows = name === 'models.predict' && typeof body === 'object' && body !== null && 'inputs' in body;
    inPath.push(literal(rows ? body.inputs : body));
  }
  return inPath;
}

/** The call as TypeScript with `@quadrax/client`. The token is read from the environment, so that none is ever copied. */
export function asTypeScript(call: ApiCall, origin: string): string {
  const name = nameOf(call);
  if (name === undefined) throw new Error(`The contract has no call ${call.method} ${call.path}.`);
  return [
    `import { createClient } from '@quadrax/client';`,
    '',
    `const quadrax = createClient({`,
    `  baseUrl: ${quote(origin)},`,
    `  token: () => process.env.QUADRAX_TOKEN,`,
    `});`,
    `const answer = await quadrax.${name}(${argumentsOf(call, name).join(', ')});`,
    '',
  ].join('\n');
}
