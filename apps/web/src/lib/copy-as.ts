import { signatureOf } from '@quadrax/client';
import type { CallName } from '@quadrax/client';

/** A call of the API, as a page made it. */
export interface ApiCall {
  /** As the SDK names it: "datakits.get". */
  name: CallName;
  /** What stands in its path. */
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

const shellQuote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

const known = (query: ApiCall['query']): [string, string | number | boolean][] =>
  Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));

function urlOf(call: ApiCall, template: string, origin: string): string {
  const path = template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = call.params?.[name];
    return value === undefined ? whole : encodeURIComponent(String(value));
  });
  const query = new URLSearchParams(
    known(call.query).map(([name, value]) => [name, String(value)]),
  ).toString();
  return `${origin}/api/v1${path}${query === '' ? '' : `?${query}`}`;
}

/** On one line where it fits, else a field a line. */
const json = (body: unknown): string => {
  const short = JSON.stringify(body);
  return short.length <= 72 ? short : JSON.stringify(body, null, 2);
};

/**
 * The call as a shell line. The token is read from `$QUADRAX_TOKEN`, so that none is ever copied.
 * @param tenant where the call is made; absent: at home
 */
export function asCurl(call: ApiCall, origin: string, tenant?: string): string {
  const { method, path } = signatureOf(call.name);
  const parts = [`curl ${method === 'GET' ? '' : `-X ${method} `}${shellQuote(urlOf(call, path, origin))}`];
  parts.push(`-H "Authorization: Bearer $QUADRAX_TOKEN"`);
  if (tenant !== undefined) parts.push(`-H ${shellQuote(`X-Tenant-ID: ${tenant}`)}`);
  if (call.body !== undefined) {
    parts.push(`-H 'Content-Type: application/json'`);
    parts.push(`-d ${shellQuote(json(call.body))}`);
  }
  return parts.join(' \\\n  ');
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
function argumentsOf(call: ApiCall): string[] {
  const inPath = signatureOf(call.name).parameters.map((parameter) => literal(call.params?.[parameter]));
  const query = known(call.query);
  if (query.length > 0) inPath.push(literal(Object.fromEntries(query)));
  if (call.body !== undefined) {
    const { body } = call;
    const rows =
      call.name === 'models.predict' && typeof body === 'object' && body !== null && 'inputs' in body;
    inPath.push(literal(rows ? body.inputs : body));
  }
  return inPath;
}

/** The call as TypeScript with `@quadrax/client`. The token is read from the environment, so that none is ever copied. */
export function asTypeScript(call: ApiCall, origin: string, tenant?: string): string {
  return [
    `import { createClient } from '@quadrax/client';`,
    '',
    `const quadrax = createClient({`,
    `  baseUrl: ${quote(origin)},`,
    `  token: () => process.env.QUADRAX_TOKEN,`,
    ...(tenant === undefined ? [] : [`  tenant: ${quote(tenant)},`]),
    `});`,
    `const answer = await quadrax.${call.name}(${argumentsOf(call).join(', ')});`,
    '',
  ].join('\n');
}
