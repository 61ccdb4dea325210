import { errorReplySchema, inferenceErrorSchema, jobSchema, metaSchema } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { z } from 'zod';

/** The body of a successful answer, as the envelope of the route says. */
const successSchema = ({ envelope, reply }: RouteDeclaration): z.ZodType => {
  if (envelope === 'raw') return reply;
  if (envelope === 'empty') return z.null().describe('No content.');
  if (envelope === 'redirect') return z.null().describe('Found elsewhere: see `Location`.');
  if (envelope === 'file') return z.any().describe('The bytes of the file.');
  const data = envelope === 'list' ? z.array(reply) : reply;
  return z.object({ success: z.literal(true), data, meta: metaSchema.optional() });
};

const refusalSchema = ({ protocol }: RouteDeclaration): z.ZodType =>
  protocol === undefined ? errorReplySchema : inferenceErrorSchema;

/** What Fastify validates and OpenAPI lists. */
export const schemaOf = (module: string, name: string, declaration: RouteDeclaration) => ({
  operationId: `${module}.${name}`,
  tags: [module],
  summary: declaration.summary,
  ...(declaration.params && { params: declaration.params }),
  ...(declaration.query && { querystring: declaration.query }),
  ...(declaration.headers && { headers: declaration.headers }),
  ...(declaration.body && !declaration.multipart && { body: declaration.body }),
  ...(declaration.permission !== 'public' && { security: [{ bearer: [] }] }),
  ...(declaration.protocol !== undefined && { servers: [{ url: '/' }] }),
  response: {
    [declaration.status]: successSchema(declaration),
    ...(declaration.respondAsync && { 202: z.object({ success: z.literal(true), data: jobSchema }) }),
    // What has no envelope says also that it is not well in its own words.
    ...(declaration.envelope === 'raw' &&
      declaration.protocol === undefined && { 503: successSchema(declaration) }),
    '4xx': refusalSchema(declaration),
    '5xx': refusalSchema(declaration),
  },
});
