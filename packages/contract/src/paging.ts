import { z } from 'zod';

/** What every list takes. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional().describe('The `meta.nextCursor` of the page before.'),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

export const metaSchema = z.object({
  nextCursor: z.string().optional(),
  total: z.number().int().nonnegative().optional(),
});
export type Meta = z.infer<typeof metaSchema>;

export const idSchema = z.uuid();
export const idParamsSchema = z.object({ id: idSchema });
export const timestampSchema = z.iso.datetime();

/** A name a person gives: trimmed, one line. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'Give it a name.')
  .max(255)
  .regex(/^[^\p{Cc}]*$/u, 'A name is one line of text without control characters.');
export const descriptionSchema = z.string().trim().max(10_000);
