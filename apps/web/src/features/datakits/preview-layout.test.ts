import { describe, expect, it } from 'vitest';
import { boundText, columnFacts, quantileName } from './column-facts.ts';
import { cellText, columnsInSight, columnWidths, pagesFor } from './preview-layout.ts';

describe('the widths of columns', () => {
  it('fill the frame when there is room', () => {
    const widths = columnWidths(
      [
        { name: 'a', type: 'numeric' },
        { name: 'b', type: 'text' },
      ],
      1000,
    );
    const sum = widths.reduce((total, width) => total + width, 0);
    expect(sum).toBe(1000);
  });

  it('stay readable when there is none, and bounded for long names', () => {
    const widths = columnWidths(
      [
        { name: 'x'.repeat(80), type: 'numeric' },
        { name: 'b', type: 'numeric' },
      ],
      100,
    );
    expect(widths).toEqual([260, 152]);
  });

  it('are none for no columns', () => {
    expect(columnWidths([], 500)).toEqual([]);
  });
});

describe('the columns in sight', () => {
  const widths = Array.from({ length: 100 }, () => 200);

  it('are those in the frame and a little beyond, at their places', () => {
    const seen = columnsInSight(widths, 64, 10_000, 800);
    expect(seen[0]).toEqual({ index: 47, left: 9464, width: 200 });
    expect(seen.at(-1)?.left).toBeLessThan(10_000 + 800 + 480);
    expect(seen.length).toBeLessThan(12);
  });

  it('begin at the first column where nothing is scrolled', () => {
    expect(columnsInSight(widths, 64, 0, 800)[0]).toEqual({ index: 0, left: 64, width: 200 });
  });
});

describe('the pages in sight', () => {
  it('are those that hold the rows', () => {
    expect(pagesFor(0, 30, 100)).toEqual([0]);
    expect(pagesFor(95, 105, 100)).toEqual([0, 1]);
    expect(pagesFor(0, 0, 100)).toEqual([0]);
  });
});

describe('a cell', () => {
  it('is shown in full, without the noise of binary fractions', () => {
    expect(cellText(0.1 + 0.2)).toBe('0.3');
    expect(cellText(1234567)).toBe('1234567');
    expect(cellText(1e-7)).toBe('1e-7');
    expect(cellText(false)).toBe('false');
    expect(cellText('2007-11-01T00:00:00.000Z', 'datetime')).toBe('2007-11-01');
    expect(cellText('2007-11-01T08:30:00.000Z', 'datetime')).toBe('2007-11-01T08:30:00Z');
    expect(cellText('2007-11-01T00:00:00.000Z', 'text')).toBe('2007-11-01T00:00:00.000Z');
    expect(cellText(null)).toBe('missing');
  });
});

describe('the figures of a column', () => {
  it('say how much is missing, as a count and a share', () => {
    const facts = columnFacts({ name: 'a', type: 'numeric', missing: 19, distinct: 5, mean: 2 }, 344);
    expect(facts).toContainEqual({ name: 'Missing', value: '19 of 344 (5.5 %)' });
    expect(facts.map((fact) => fact.name)).not.toContain('Least');
  });

  it('write midnight as a day, and the middle quantile as the median', () => {
    expect(boundText('2008-11-11T00:00:00.000Z')).toBe('2008-11-11');
    expect([quantileName(0.5), quantileName(0.05)]).toEqual(['Median', '5 %']);
  });
});
