import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { usePlainWords } from './problem-words.ts';

const wrong = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value).error?.issues[0]?.message;

describe('what is wrong with a value', () => {
  const before = z.config();
  beforeAll(usePlainWords);
  afterAll(() => void z.config({ ...before, customError: before.customError }));

  it.each([
    [z.array(z.string()).min(1), [], 'Give at least 1 entry.'],
    [z.array(z.number()).max(2), [1, 2, 3], 'Give at most 2 entries, and there are 3.'],
    [z.string().min(1), '', 'This must not be empty.'],
    [z.string().max(1000), 'x'.repeat(1001), 'Use at most 1,000 characters.'],
    [z.number().min(3), 2, 'Use 3 or more.'],
    [z.number().gt(0), 0, 'Use more than 0.'],
    [z.number().int().max(200), 201, 'Use 200 or less.'],
    [z.number().int(), 1.5, 'This must be a whole number.'],
    [z.object({ a: z.string() }), {}, 'This is needed.'],
    [z.array(z.string()), 'a', 'This must be a list.'],
    [z.enum(['a', 'b']), 'c', 'Use one of a, b.'],
    [z.strictObject({}), { x: 1, y: 2 }, 'There are no fields "x", "y" here.'],
  ])('%# is said in plain words', (schema, value, words) => {
    expect(wrong(schema, value)).toBe(words);
  });

  it('is said by the schema, where it has words of its own', () => {
    expect(wrong(z.string().min(1, 'Write a query.'), '')).toBe('Write a query.');
  });
});
