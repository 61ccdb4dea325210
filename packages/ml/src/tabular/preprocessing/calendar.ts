const DAY = 86_400_000;
const HOUR = 3_600_000;

/** The parts a date is split into besides the instant itself, whose origin no learner depends on. */
export const calendarParts = ['year', 'month', 'day', 'weekday', 'hour'] as const;
export type CalendarPart = (typeof calendarParts)[number];
export type Wave = 'sine' | 'cosine';

/** Values of the parts that come round. */
export const lengthOf = { month: 12, day: 31, weekday: 7, hour: 24 } as const;

/**
 * A UTC part of milliseconds since the epoch: year, month 0–11, day of the month 0–30, weekday 0 (Monday) – 6, hour
 * 0–23. NaN stays NaN.
 */
export function calendarPart(ms: number, part: CalendarPart): number {
  if (Number.isNaN(ms)) return NaN;
  const days = Math.floor(ms / DAY);
  if (part === 'hour') return Math.floor((ms - days * DAY) / HOUR);
  // 1970-01-01 was a Thursday.
  if (part === 'weekday') return (((days + 3) % 7) + 7) % 7;
  return civil(days, part);
}

/** A part that comes round as a coordinate on the unit circle. */
export function wave(value: number, part: keyof typeof lengthOf, turn: Wave): number {
  const angle = (2 * Math.PI * value) / lengthOf[part];
  return turn === 'sine' ? Math.sin(angle) : Math.cos(angle);
}

/** Year, month or day of a day number in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
function civil(days: number, part: 'year' | 'month' | 'day'): number {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = (fromMarch + 2) % 12;
  if (part === 'month') return month;
  if (part === 'day') return dayOfYear - Math.floor((153 * fromMarch + 2) / 5);
  return yearOfEra + era * 400 + (month < 2 ? 1 : 0);
}
