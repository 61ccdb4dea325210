import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  /** Where it is not below the base path. */
  readonly servers?: readonly object[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { schema: Schema }> }>>;
}

/** What of an OpenAPI document is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Call {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly route: RouteDeclaration;
}

/** What a module is called in the client, where that is not its own name. */
const nouns: Readonly<Record<string, string>> = { identity: 'auth' };

const callsByNoun = (document: ApiDocument): Map<string, Call[]> => {
  const found = new Map<string, Call[]>();
  for (const [path, item] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(item)) {
      const [module = '', name = ''] = operation.operationId.split('.');
      const declared = Object.entries<Readonly<Record<string, RouteDeclaration>>>(routes);
      const route = declared.find(([key]) => key === module)?.[1][name];
      if (!route) throw new Error(`The contract has no route "${operation.operationId}".`);
      // Where a browser is sent, a program has nothing to call; other protocols have clients of their own.
      if (route.envelope === 'redirect' || route.protocol || byHand(route)) continue;
      const noun = nouns[module] ?? module;
      found.set(noun, [...(found.get(noun) ?? []), { name, method, path, operation, route }]);
    }
  return found;
};

const namedSchema = (schema: Schema | undefined): string | undefined => schema?.$ref?.split('/').at(-1);

const answerOf = ({ operation, route }: Call): string => {
  const id = `'${operation.operationId}'`;
  if (route.envelope === 'empty') return 'Promise<void>';
  if (route.envelope === 'file') return 'Promise<Blob>';
  const whole = operation.responses[route.status]?.content?.['application/json']?.schema;
  if (route.envelope === 'raw') return `Promise<${namedSchema(whole) ?? `Data<${id}>`}>`;
  const data = whole?.properties?.['data'];
  if (route.envelope === 'list') return `Listing<${namedSchema(data?.items) ?? `Data<${id}>[number]`}>`;
  const item = namedSchema(data?.items);
  return `Promise<${namedSchema(data) ?? (item ? `${item}[]` : `Data<${id}>`)}>`;
};

/** Calls that the client makes by hand: they send bytes as they stand. */
const byHand = (route: RouteDeclaration): boolean => route.stream !== undefined;

type Input = 'none' | 'query' | 'body' | 'form';

const inputOf = ({ operation, route }: Call): Input => {
  if (route.multipart) return 'form';
  if (route.body) {
    // What a query says beside a body is for those who can only change an address; the body can say it too.
    const body = new Set(
      Object.keys((operation.requestBody?.content['application/json']?.schema ?? {}).properties ?? {}),
    );
    const own = Object.keys(route.query?.shape ?? {}).filter((name) => !body.has(name));
    if (own.length > 0)
      throw new Error(`${operation.operationId} takes by its query alone: ${own.join(', ')}.`);
    return 'body';
  }
  return route.query ? 'query' : 'none';
};

const scalars: Readonly<Record<string, string>> = { integer: 'number', number: 'number' };

const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

const argumentsOf = (call: Call): string => {
  const id = `'${call.operation.operationId}'`;
  const typeOf = (name: string): string =>
    scalars[call.operation.parameters?.find((given) => given.name === name)?.schema.type ?? ''] ?? 'string';
  const given = namesIn(call.path).map((name) => `${name}: ${typeOf(name)}`);
  const input = inputOf(call);
  if (input === 'query') given.push(`query?: Query<${id}>`);
  if (input === 'form') given.push(`form: Form<${id}>`);
  if (input === 'body')
    given.push(call.route.body?.safeParse(undefined).success ? `body?: Body<${id}>` : `body: Body<${id}>`);
  return [...given, 'options?: CallOptions'].join(', ');
};

/**
 * `METHOD path envelope input`, `key` where a repetition is recognised by its Idempotency-Key, and `later` where a job
 * can answer.
 */
const signatureOf = (call: Call): string => {
  const { method, path, route } = call;
  const key = route.idempotency === 'key' ? ' key' : '';
  const later = route.respondAsync ? ' later' : '';
  return `${method.toUpperCase()} ${path} ${route.envelope} ${inputOf(call)}${key}${later}`;
};

const memberOf = (call: Call): string => {
  const { name, operation, route } = call;
  const type = `(${argumentsOf(call)}) => ${answerOf(call)}`;
  const member = route.respondAsync
    ? `readonly ${name}: Deferrable<${type}>;`
    : `${name}(${argumentsOf(call)}): ${answerOf(call)};`;
  return `/** ${operation.summary} */\n${member}`;
};

const interfaceName = (noun: string): string => `${noun.charAt(0).toUpperCase()}${noun.slice(1)}Calls`;

const interfaceOf = (noun: string, calls: readonly Call[]): string =>
  [`export interface ${interfaceName(noun)} {`, ...calls.map(memberOf), '}'].join('\n');

const signaturesOf = (noun: string, calls: readonly Call[]): string =>
  `${noun}: {\n${calls.map((call) => `${call.name}: '${signatureOf(call)}',`).join('\n')}\n},`;

/** TypeScript source of the client's calls: an interface per noun, and what each call sends. */
export const nounsOf = (document: ApiDocument): string => {
  const found = [...callsByNoun(document)].toSorted(([a], [b]) => a.localeCompare(b));
  const schemas = Object.keys(document.components.schemas).filter((name) => name !== 'Error');
  return [
    "import type { Body, CallOptions, Data, Deferrable, Form, Listing, Query } from '../calling.ts';",
    "import type { components } from './schema.ts';",
    "type Schemas = components['schemas'];",
    ...schemas.map((name) => `export type ${name} = Schemas['${name}'];`),
    ...found.map(([noun, calls]) => interfaceOf(noun, calls)),
    `export interface Nouns {\n${found.map(([noun]) => `readonly ${noun}: ${interfaceName(noun)};`).join('\n')}\n}`,
    `/** What each call sends: method, path, envelope of the answer, input, whether it is keyed, and whether a job can answer. */\nexport const signatures = {\n${found.map(([noun, calls]) => signaturesOf(noun, calls)).join('\n')}\n} as const;`,
  ].join('\n\n');
};
