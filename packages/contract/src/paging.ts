import { z } from 'zod';

/** What every list takes. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(2048).optional().describe('The `meta.nextCursor` of the page before.'),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** A field to sort by; a leading minus sorts downwards. */
export type Sort<Field extends string> = Field | `-${Field}`;

/** What a list takes that can be sorted by these fields of its items: downwards by the first, if `unsaid` says nothing else. */
export const sortedQuery = <const Field extends string>(
  fields: readonly [Field, ...Field[]],
  unsaid: Sort<Field> = `-${fields[0]}`,
) => {
  const sorts = fields.flatMap((field): Sort<Field>[] => [field, `-${field}`]);
  return pageQuerySchema.extend({
    sort: z
      .enum(sorts, { error: `Sort by one of: ${sorts.join(', ')}.` })
      // One of them, though the type of an enum that is still open does not show it.
      .default(unsaid as never)
      .describe('A field; a leading minus sorts downwards. Names sort without regard to case.'),
  });
};

export const metaSchema = z.object({
  nextCursor: z.string().optional(),
  total: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe(
      'How many items there are in all. A list says it on its first page, unless there are more than 100,000 or counting them would take long.',
    ),
});
export type Meta = z.infer<typeof metaSchema>;

export const idSchema = z.uuid();
export const idParamsSchema = z.object({ id: idSchema });
export const timestampSchema = z.iso.datetime();

/** For how long what was deleted can be restored. */
export const restorableDays = 30;

/** Of what was deleted and can be restored. */
export const deletionSchema = z.object({
  at: timestampSchema,
  by: z.object({ id: idSchema, name: z.string().optional() }).optional().describe('Named while a member.'),
  restorableUntil: timestampSchema,
});
export type Deletion = z.infer<typeof deletionSchema>;

/** Lists what was deleted, and can be restored, in place of what is there. */
export const deletedFilter = {
  deleted: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: those that were deleted and can be restored, in place of the others.'),
} as const;

/** A name a person gives: trimmed, one line. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'Give it a name.')
  .max(255)
  .regex(/^[^\p{Cc}]*$/u, 'A name is one line of text without control characters.');
export const descriptionSchema = z.string().trim().max(10_000);
