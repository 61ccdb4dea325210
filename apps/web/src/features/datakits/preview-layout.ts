import type { Cell, ColumnType } from '@quadrax/contract';
import { dayText } from './column-facts.ts';

const LEAST = 152;
const MOST = 260;
/** Pixels a character of a name takes, about. */
const CHARACTER = 7.4;

const roomy = new Set<ColumnType>(['text', 'datetime', 'geographic']);

/** Widths of the columns in pixels: by name and type, and stretched where the table would end before the frame. */
export function columnWidths(
  columns: readonly { name: string; type: ColumnType }[],
  frame: number,
): number[] {
  const wished = columns.map(({ name, type }) => {
    const least = roomy.has(type) ? 180 : LEAST;
    return Math.round(Math.min(MOST, Math.max(least, name.length * CHARACTER + 48)));
  });
  const sum = wished.reduce((total, width) => total + width, 0);
  if (sum === 0 || sum >= frame) return wished;
  const widths = wished.map((width) => Math.floor((width * frame) / sum));
  // What rounding left over, so that the head ends where the frame does.
  const rest = frame - widths.reduce((total, width) => total + width, 0);
  return widths.map((width, place) => (place === widths.length - 1 ? width + rest : width));
}

/** A column in sight: which one, and where it stands in the scrolled content, in pixels. */
export interface ColumnPlace {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

/** Pixels drawn beyond each edge, so that scrolling never shows an empty place. */
const MARGIN = 480;

/**
 * The columns of which anything is in sight.
 * @param start where the first column begins
 * @param scrolled how far the frame is scrolled sideways
 * @param frame its width
 */
export function columnsInSight(
  widths: readonly number[],
  start: number,
  scrolled: number,
  frame: number,
): ColumnPlace[] {
  const places: ColumnPlace[] = [];
  let left = start;
  for (const [index, width] of widths.entries()) {
    if (left + width > scrolled - MARGIN && left < scrolled + frame + MARGIN)
      places.push({ index, left, width });
    left += width;
  }
  return places;
}

/** The pages that hold the rows `from` to `to`. */
export function pagesFor(from: number, to: number, page: number): number[] {
  const first = Math.floor(from / page);
  const last = Math.floor(Math.max(from, to) / page);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A cell as it was in the file: numbers in full, since a table is no place to round; days without a time. */
export function cellText(value: Cell, type?: ColumnType): string {
  if (value === null) return 'missing';
  if (type === 'datetime' && typeof value === 'string') return dayText(value);
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) || Math.abs(value) < 1e-4
    ? String(value)
    : String(Number(value.toPrecision(9)));
}
