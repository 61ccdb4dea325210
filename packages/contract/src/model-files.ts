import { z } from 'zod';
import { descriptionSchema, idParamsSchema, nameSchema } from './paging.ts';
import { route } from './route.ts';

/** What a model that was trained elsewhere was made with. */
export const importFrameworkSchema = z.enum(['ONNX', 'TENSORFLOW', 'PYTORCH', 'SKLEARN', 'XGBOOST']);
export type ImportFramework = z.infer<typeof importFrameworkSchema>;

export const modelContentTypes = { onnx: 'application/onnx', json: 'application/json' } as const;

/** A list of names; which of them cannot be names is told with the file, whose own follow the same rule. */
const namesSchema = z
  .string()
  .max(500_000)
  .transform((text, context): string[] => {
    const listed = z.array(z.string()).min(1).safeParse(listOf(text));
    if (listed.success) return listed.data;
    context.addIssue({ code: 'custom', message: 'Give names with commas between them, or a JSON list.' });
    return z.NEVER;
  });

const listOf = (text: string): unknown => {
  if (!text.trimStart().startsWith('[')) return text.split(',').map((name) => name.trim());
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Models as files: out as ONNX or JSON, in as ONNX. */
export const modelFilesOf = <Reply extends z.ZodType>(reply: Reply) => ({
  import: route({
    method: 'POST',
    path: '/models/import',
    summary: 'Make a model of an ONNX file, with that as its version 1',
    multipart: true,
    fileField: 'model',
    body: z.strictObject({
      name: nameSchema.optional().describe('Absent: the name of the file.'),
      description: descriptionSchema.optional(),
      framework: importFrameworkSchema.default('ONNX').describe('What it was made with.'),
      features: namesSchema
        .optional()
        .describe(
          'Names of the columns that an input of several takes, in their order; commas between, or a JSON list.',
        ),
      classes: namesSchema
        .optional()
        .describe('Names of the classes, in the order of its outputs, where the file does not tell them.'),
    }),
    reply,
    status: 201,
    envelope: 'data',
    permission: 'write',
    cursor: 'none',
    idempotency: 'key',
    etag: 'none',
    errors: [
      'NO_FILE',
      'EMPTY_FILE',
      'UPLOAD_INTERRUPTED',
      'TOO_LARGE',
      'UNSUPPORTED_TYPE',
      'UNREADABLE_FILE',
      'UNUSABLE_MODEL',
      'NO_SPACE',
    ],
    audit: 'model.imported',
    rate: 'compute',
    cache: 'none',
  }),
  export: route({
    method: 'GET',
    path: '/models/:id/export',
    summary: 'A version as a file: ONNX, preprocessing included, or what was learnt as JSON',
    params: idParamsSchema,
    query: z.object({
      format: z.enum(['onnx', 'json']).default('onnx'),
      version: z.coerce
        .number()
        .int()
        .positive()
        .max(1_000_000)
        .optional()
        .describe('Absent: the deployed one, or else the latest.'),
    }),
    reply: z.string().describe('The bytes.'),
    status: 200,
    envelope: 'file',
    contentTypes: [modelContentTypes.onnx, modelContentTypes.json],
    permission: 'read',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY', 'NOT_EXPORTABLE', 'NO_SPACE'],
    audit: 'none',
    rate: 'compute',
    cache: 'none',
  }),
});
