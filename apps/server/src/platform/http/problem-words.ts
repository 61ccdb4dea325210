import { z } from 'zod';

const many = (count: number | bigint, one: string, more: string): string =>
  `${count.toLocaleString('en')} ${Number(count) === 1 ? one : more}`;

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

type Bound = { readonly origin: string; readonly inclusive?: boolean | undefined; readonly input?: unknown };

const tooSmall = ({ origin, inclusive }: Bound, least: number | bigint): string => {
  if (origin === 'array' || origin === 'set') return `Give at least ${many(least, 'entry', 'entries')}.`;
  if (origin === 'string')
    return least === 1
      ? 'This must not be empty.'
      : `Use at least ${many(least, 'character', 'characters')}.`;
  return inclusive === false
    ? `Use more than ${least.toLocaleString('en')}.`
    : `Use ${least.toLocaleString('en')} or more.`;
};

const tooBig = ({ origin, inclusive, input }: Bound, most: number | bigint): string => {
  const given = Array.isArray(input) ? `, and there are ${input.length.toLocaleString('en')}` : '';
  if (origin === 'array' || origin === 'set')
    return `Give at most ${many(most, 'entry', 'entries')}${given}.`;
  if (origin === 'string') return `Use at most ${many(most, 'character', 'characters')}.`;
  return inclusive === false
    ? `Use less than ${most.toLocaleString('en')}.`
    : `Use ${most.toLocaleString('en')} or less.`;
};

/** What a schema that says nothing itself says of a value, in words for people; undefined: what zod says will do. */
const problemWords = (issue: z.core.$ZodRawIssue): string | undefined => {
  if (issue.code === 'too_small') return tooSmall(issue, issue.minimum);
  if (issue.code === 'too_big') return tooBig(issue, issue.maximum);
  if (issue.code === 'invalid_type')
    return issue.input === undefined
      ? 'This is needed.'
      : `This must be ${kinds[issue.expected] ?? issue.expected}.`;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return values.length === 1 ? `This must be ${values.join('')}.` : `Use one of ${values.join(', ')}.`;
  }
  if (issue.code !== 'unrecognized_keys') return undefined;
  const keys = issue.keys.map((key) => `"${key}"`).join(', ');
  return `There ${issue.keys.length === 1 ? 'is no field' : 'are no fields'} ${keys} here.`;
};

/** Lets every schema that has no words of its own use these. */
export const usePlainWords = (): void => {
  z.config({ customError: problemWords });
};
