const DAY = 86_400_000;
const HOUR = 3_600_000;

/** The parts a date is split into besides the instant itself. */
export const calendarParts = ['month', 'weekday', 'hour'] as const;
export type CalendarPart = (typeof calendarParts)[number];

/** A UTC part of milliseconds since the epoch: month 0–11, weekday 0 (Monday) – 6, hour 0–23. NaN stays NaN. */
export function calendarPart(ms: number, part: CalendarPart): number {
  if (Number.isNaN(ms)) return NaN;
  const days = Math.floor(ms / DAY);
  if (part === 'hour') return Math.floor((ms - days * DAY) / HOUR);
  // 1970-01-01 was a Thursday.
  if (part === 'weekday') return (((days + 3) % 7) + 7) % 7;
  return monthOf(days);
}

/** Month of a day number in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
function monthOf(days: number): number {
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
  return (fromMarch + 2) % 12;
}
