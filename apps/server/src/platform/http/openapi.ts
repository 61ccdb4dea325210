import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

type Transform = typeof jsonSchemaTransform;
type TransformObject = typeof jsonSchemaTransformObject;

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

/** Shows a streamed form as what a client sends, though it is not validated as one body. */
const transform: Transform = (input) => {
  const declaration = input.route.config?.declaration;
  const transformed = jsonSchemaTransform(input);
  if (!declaration?.multipart || !declaration.body) return transformed;
  const fields = declaration.body.toJSONSchema({ io: 'input' }) as { properties?: Record<string, unknown> };
  return {
    ...transformed,
    schema: {
      ...transformed.schema,
      consumes: ['multipart/form-data'],
      body: {
        type: 'object',
        required: ['dataset'],
        properties: { dataset: { type: 'string', format: 'binary' }, ...fields.properties },
      },
    },
  };
};

/** Schemas that no path reaches, such as the input twins of replies, would only be in a reader's way. */
const transformObject: TransformObject = (input) => {
  const document = jsonSchemaTransformObject(input) as {
    paths?: unknown;
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
