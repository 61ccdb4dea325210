/** What a field says that does not understand what was typed. */
export const notANumber = 'This is no number. Write it like 1234.5, without a sign between thousands.';

/**
 * The number that was typed or pasted, with a point or a comma before its decimals: '' for nothing, NaN for what is no
 * number or could be two, such as "1,234.5" and "1,234".
 */
export function readNumber(text: string): number | '' {
  const trimmed = text.trim().replace('\u2212', '-');
  if (trimmed === '') return '';
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(trimmed)) return Number.NaN;
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(trimmed)
    ? Number(trimmed.replace(',', '.'))
    : Number.NaN;
}

/** The least and the most that a field takes. */
export interface NumberBounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Nothing between two whole numbers. */
  readonly whole?: boolean | undefined;
}

const written = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 12 });

/** What a field says of the number in it; undefined where it may be sent, and where there is none. */
export function numberFault(value: number | '', { min, max, whole }: NumberBounds): string | undefined {
  if (value === '') return undefined;
  if (Number.isNaN(value)) return notANumber;
  if (whole === true && !Number.isInteger(value)) return 'Use a whole number.';
  if ((min === undefined || value >= min) && (max === undefined || value <= max)) return undefined;
  if (min === undefined) return `Use ${written(max ?? value)} or less.`;
  return max === undefined ? `Use ${written(min)} or more.` : `Use ${written(min)} to ${written(max)}.`;
}

/** What an arrow key goes by. */
export interface NumberSteps extends NumberBounds {
  /** What it adds; 1 where nothing is said. */
  readonly step?: number | undefined;
  /** What it counts from in an empty field. */
  readonly stepFrom?: number | undefined;
}

/** The number that an arrow key makes of another, or of none. */
export function steppedNumber(
  value: number | '',
  sign: 1 | -1,
  { min = -Infinity, max = Infinity, step = 1, stepFrom = Math.max(0, min) }: NumberSteps,
): number {
  const from = value === '' || Number.isNaN(value) ? stepFrom : value;
  const next = Math.min(max, Math.max(min, from + sign * step));
  // What the sum of two decimals leaves behind is not shown: 0.1 + 0.2.
  return Number(next.toPrecision(12));
}
