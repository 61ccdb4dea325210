const locale = 'en-GB';
const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const moments = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A sign a reader sees as "no value". */
export const MISSING = '–';

/** 1234567 → "1,234,567". */
export const formatInteger = (value: number): string =>
  Number.isFinite(value) ? integers.format(value) : MISSING;

/**
 * A measured number with `significant` digits, without digits that say nothing: 0.98231 → "0.982", 1234.5 → "1,235".
 * Very large and very small numbers in scientific notation.
 */
export function formatNumber(value: number | null | undefined, significant = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e9 || magnitude < 1e-4) return value.toExponential(significant - 1).replace('e+', 'e');
  if (magnitude >= 10 ** significant) return integers.format(value);
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: significant }).format(value);
}

/** A number with exactly `digits` decimals, so that a column of them lines up. */
export const formatFixed = (value: number | null | undefined, digits = 3): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? MISSING
    : new Intl.NumberFormat('en-US', {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        // What is 0.000 has no sign.
        signDisplay: 'negative',
      }).format(value);

/** A share of 0..1 as percent: 0.0312 → "3.1 %". */
export function formatPercent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return MISSING;
  return `${(share * 100).toFixed(digits).replace(/\.0+$/, '')} %`;
}

/** Bytes in decimal units: 1536000 → "1.54 MB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** A span of seconds in its two largest units: 3725 → "1 h 2 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return MISSING;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const steps = [
    [86_400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ] as const;
  for (const [big, bigName, small, smallName] of steps) {
    if (whole < big) continue;
    const rest = Math.floor((whole % big) / small);
    return rest === 0
      ? `${Math.floor(whole / big)} ${bigName}`
      : `${Math.floor(whole / big)} ${bigName} ${rest} ${smallName}`;
  }
  return `${whole} s`;
}

/** "about 2 min left"; rounds so that it does not flicker. */
export function formatTimeLeft(seconds: number | undefined): string | undefined {
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 60) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${formatDuration(Math.round(seconds / 60) * 60)} left`;
}

/** "just now", "4 min ago", "yesterday", and the day itself once it is a week past. */
export function formatAgo(timestamp: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(timestamp)) / 1000;
  if (!Number.isFinite(seconds)) return MISSING;
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 172_800) return 'yesterday';
  if (seconds < 604_800) return `${Math.floor(seconds / 86_400)} days ago`;
  return formatDay(timestamp);
}

/** The day alone: "31 Mar 2026". */
export const formatDay = (timestamp: string): string => days.format(new Date(timestamp));

/** The exact moment, for a tooltip or a log. */
export const formatMoment = (timestamp: string): string => moments.format(new Date(timestamp));

/** "1 row", "344 rows". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatInteger(count)} ${count === 1 ? one : many}`;

/** Shortens in the middle, where names of files and columns differ least. */
export function shorten(value: string, length = 40): string {
  if (value.length <= length) return value;
  const head = Math.ceil((length - 1) * 0.6);
  return `${value.slice(0, head)}…${value.slice(value.length - (length - 1 - head))}`;
}
