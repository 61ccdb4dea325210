import { z } from 'zod';
import { nextTick } from '#platform/schedules';

/** One thing that can be set: its names in the environment (the first is ours), its place in YAML, its rule. */
export interface Setting<T> {
  readonly env: readonly string[];
  readonly yaml: string;
  readonly schema: z.ZodType<T>;
  readonly fallback: () => T;
  readonly secret: boolean;
  readonly about: string;
}

export const setting = <T>(
  env: readonly string[],
  yaml: string,
  schema: z.ZodType<T>,
  fallback: T | (() => T),
  about: string,
  secret = false,
): Setting<T> => ({
  env,
  yaml,
  schema,
  fallback: typeof fallback === 'function' ? (fallback as () => T) : () => fallback,
  secret,
  about,
});

export const text = z.string().trim().min(1);
export const optionalText = text.optional();
export const whole = (min: number, max: number) => {
  const rule = `Write a whole number from ${min} to ${max}.`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
};
export const flag = z.union([
  z.boolean(),
  z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off']))
    .transform((word) => ['true', '1', 'yes', 'on'].includes(word)),
]);
/** A number of them, or whether there is one. */
export const proxies = z.union([flag.transform((yes) => (yes ? 1 : 0)), whole(0, 10)]);
export const list = z.union([
  z.array(text),
  z.string().transform((line) =>
    line
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
]);

const byteUnits: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** `100MB`, `1.5 GB` or a plain number of bytes. */
export const bytes = z.union([
  z.number().int().min(0),
  z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^\d+(\.\d+)?\s*([KMGT]?B)?$/, 'Write a number of bytes, or one with a unit such as 100MB.')
    .transform((amount) => {
      const unit = /[KMGT]?B$/.exec(amount)?.[0] ?? '';
      return Math.round(Number.parseFloat(amount) * (byteUnits[unit] ?? 1));
    }),
]);

const isCron = (expression: string): boolean => {
  try {
    return nextTick(expression, new Date()) !== undefined;
  } catch {
    return false;
  }
};

/** Times in the manner of cron. */
export const cron = text.refine(
  isCron,
  'Write five fields as cron has them, such as 0 * * * * for every hour.',
);

export const secretText = z.string().min(32, 'Use at least 32 characters.').optional();
/** `Name <address>` or an address alone, on one line. */
export const mailSender = text.regex(
  /^([^<>\p{Cc}]*<[^\s<>,;@]+@[^\s<>,;@]+>|[^\s<>,;@]+@[^\s<>,;@]+)$/u,
  'Write one address, such as Quadrax <quadrax@example.org>.',
);
/** Where a scanner listens. */
export const scanner = text.regex(
  /^(unix:\/.+|[^\s:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5})$/,
  'Write host:port, or unix: and the path of a socket.',
);
export const megabyte = 1024 ** 2;
