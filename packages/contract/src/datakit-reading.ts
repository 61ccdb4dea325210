import { z } from 'zod';
import { isDelimiter } from './delimited/delimiter.ts';
import { encodingOf, textEncodings } from './text-encodings.ts';

const delimiterWords: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  space: ' ',
  colon: ':',
  pipe: '|',
  bar: '|',
};

/** The character that a delimiter is stated by: itself, its name, or `\x01`. */
const delimiterOf = (text: string): string => {
  const code = /^\\x([0-7][0-9a-f])$/i.exec(text)?.[1];
  return code === undefined
    ? (delimiterWords[text.toLowerCase()] ?? text)
    : String.fromCharCode(parseInt(code, 16));
};

const encodingSchema = z
  .string()
  .max(40)
  .transform((label, check) => {
    const encoding = encodingOf(label);
    if (encoding === undefined)
      check.addIssue({
        code: 'custom',
        message: `"${label}" is no encoding that is known here. Name one of: ${Object.keys(textEncodings).join(', ')}.`,
      });
    return encoding ?? z.NEVER;
  });

const delimiterSchema = z
  .string()
  .max(10)
  .transform(delimiterOf)
  .refine(
    isDelimiter,
    'Give one ASCII character that is no letter, digit, point or quote, or a name such as tab.',
  );

export const dateOrderSchema = z.enum(['month-first', 'day-first']);
export type DateOrder = z.infer<typeof dateOrderSchema>;

/** How a file is to be read, where its bytes are not to be guessed by. The same wherever a file is taken in. */
export const readingOptions = {
  encoding: encodingSchema
    .optional()
    .describe(
      'Of text: a name of the Encoding Standard (WHATWG), such as windows-1251. Absent: it is guessed.',
    ),
  delimiter: delimiterSchema
    .optional()
    .describe('Of delimited text: one ASCII character, or comma, semicolon, tab, space, colon or pipe.'),
  header: z
    .enum(['yes', 'no'])
    .optional()
    .describe('Of delimited text and Excel: whether the first record names the columns.'),
  sheet: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Of Excel: the sheet to read. Absent: the first with a table.'),
  dateOrder: dateOrderSchema
    .optional()
    .describe('How dates such as 02/06/2020 are read where both ways would do.'),
};
const readingOptionsSchema = z.object(readingOptions);
/** As they are sent. */
export type ReadingOptions = z.input<typeof readingOptionsSchema>;
/** As they are kept. */
export type StatedReading = {
  -readonly [K in keyof z.output<typeof readingOptionsSchema>]?: NonNullable<
    z.output<typeof readingOptionsSchema>[K]
  >;
};

/** The options among the fields of a request; undefined where nothing was stated. */
export const statedReading = (fields: z.output<typeof readingOptionsSchema>): StatedReading | undefined => {
  const { encoding, delimiter, header, sheet, dateOrder } = fields;
  const stated: StatedReading = {
    ...(encoding !== undefined && { encoding }),
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(sheet !== undefined && { sheet }),
    ...(dateOrder !== undefined && { dateOrder }),
  };
  return Object.keys(stated).length > 0 ? stated : undefined;
};

/** How a file was read. */
export const readingSchema = z
  .object({
    encoding: z
      .string()
      .optional()
      .describe('Of text; `utf-8-damaged` is UTF-8 with some bytes that are not.'),
    delimiter: z.string().optional().describe('Of delimited text.'),
    header: z
      .enum(['yes', 'no'])
      .optional()
      .describe('Of delimited text: whether a record named the columns.'),
    sheet: z.string().optional().describe('Of Excel, where it was stated.'),
    dateOrder: dateOrderSchema.optional().describe('Where it was stated.'),
    skippedLines: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Lines above the table that are no part of it.'),
    stated: z
      .array(z.enum(['encoding', 'delimiter', 'header', 'sheet', 'dateOrder']))
      .describe('What was not guessed.'),
  })
  .meta({ id: 'Reading' });
export type Reading = z.infer<typeof readingSchema>;
