import type { RouteDeclaration } from '@quadrax/contract';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

type Transform = typeof jsonSchemaTransform;
type TransformObject = typeof jsonSchemaTransformObject;
type Paths = Record<
  string,
  Record<string, Record<string, unknown> & { requestBody?: { required: boolean } }>
>;

const documentHead = (version: string, basePath: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'Quadrax',
    version,
    description:
      'Data in; a trained, explained, deployed and watched model out. Every answer is an envelope: `{success, data, meta?}` or `{success, error, code, details?, requestId}`.',
    license: { name: 'MIT' },
  },
  servers: [{ url: basePath }],
  components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } },
});

const binary = { type: 'string', format: 'binary' } as const;

/** Marks, until the document is whole, a body that may be left out: there every body is required. */
const optionalBody = 'x-optional-body';

/** Shows a streamed form as what a client sends, though it is not validated as one body. */
const bodyOf = ({ body, multipart, stream, fileField = 'dataset' }: RouteDeclaration): object => {
  if (stream) return { consumes: [...stream], body: binary };
  if (!body) return {};
  if (!multipart) return body.safeParse(undefined).success ? { [optionalBody]: true } : {};
  const { properties } = body.toJSONSchema({ io: 'input' }) as { properties?: Record<string, unknown> };
  return {
    consumes: ['multipart/form-data'],
    body: { type: 'object', required: [fileField], properties: { [fileField]: binary, ...properties } },
  };
};

/** What is answered that is no JSON. */
const answerOf = ({ envelope, contentTypes = ['application/octet-stream'] }: RouteDeclaration) => {
  if (envelope === 'file') {
    const content = Object.fromEntries(contentTypes.map((type) => [type, { schema: binary }]));
    return { description: 'The bytes of the file.', content };
  }
  if (envelope !== 'redirect') return undefined;
  const location = { type: 'string', format: 'uri-reference', description: 'Where to go.' };
  return { type: 'null', description: 'Found elsewhere: see `Location`.', headers: { Location: location } };
};

const text = (description: string) => ({ type: 'string', description }) as const;

const preferHeader = {
  type: 'object',
  properties: {
    Prefer: text(
      '`respond-async` (RFC 7240): answer with 202 and a job that will hold the answer in its `result`.',
    ),
  },
} as const;

const jobHeaders = {
  Location: { ...text('Where the job is.'), format: 'uri-reference' },
  'Preference-Applied': text('`respond-async`.'),
} as const;

/** The other answer of a route that may be turned into a job, and the header that asks for it. */
const laterOf = ({ respondAsync }: RouteDeclaration, answers: Readonly<Record<string, unknown>>) =>
  respondAsync && {
    headers: preferHeader,
    answer: {
      202: {
        ...(answers[202] as object),
        description: 'A job that does it, where `Prefer: respond-async` asked for one.',
        headers: jobHeaders,
      },
    },
  };

const transform: Transform = (input) => {
  const declaration = input.route.config?.declaration;
  const transformed = jsonSchemaTransform(input);
  if (!declaration) return transformed;
  const answer = answerOf(declaration);
  const answers = transformed.schema.response as Readonly<Record<string, unknown>>;
  const later = laterOf(declaration, answers);
  const response = { ...answers, ...(answer && { [declaration.status]: answer }), ...later?.answer };
  const headers = later && { headers: later.headers };
  return { ...transformed, schema: { ...transformed.schema, ...headers, ...bodyOf(declaration), response } };
};

/** Lets the bodies that were marked be left out. */
const settleBodies = (paths: Paths): void => {
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    if (operation[optionalBody] === true && operation.requestBody) operation.requestBody.required = false;
    delete operation[optionalBody];
  }
};

/** Schemas that no path reaches, such as the input twins of replies, would only be in a reader's way. */
const transformObject: TransformObject = (input) => {
  const document = jsonSchemaTransformObject(input) as {
    paths?: Paths;
    components?: { schemas?: Record<string, unknown> };
  };
  const all = document.components?.schemas ?? {};
  const kept = new Map<string, unknown>();
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (kept.has(name)) continue;
      kept.set(name, all[name]);
      visit(all[name]);
    }
  };
  settleBodies(document.paths ?? {});
  visit(document.paths);
  const schemas = Object.fromEntries([...kept].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, components: { ...document.components, schemas } } as ReturnType<TransformObject>;
};

/** How the API describes itself. */
export const openApiOptions = (version: string, basePath: string): FastifyDynamicSwaggerOptions => ({
  openapi: documentHead(version, basePath),
  transform,
  transformObject,
});
