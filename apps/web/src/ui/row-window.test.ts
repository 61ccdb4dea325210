import { describe, expect, it } from 'vitest';
import { rowWindow } from './row-window.ts';

describe('the rows drawn of a long table', () => {
  it('are those in sight and a few beyond', () => {
    const window = rowWindow(10_000, 40, 4000, 400);
    expect(window.from).toBeLessThanOrEqual(100);
    expect(window.to).toBeGreaterThanOrEqual(110);
    expect(window.to - window.from).toBeLessThan(40);
  });
  it('leave exactly the room of those not drawn', () => {
    for (const scrolled of [0, 333, 4000, 399_600]) {
      const { from, to, above, below } = rowWindow(10_000, 40, scrolled, 400);
      expect(above + (to - from) * 40 + below).toBe(400_000);
    }
  });
  it('are all of them where they fit, and none where there are none', () => {
    expect(rowWindow(3, 40, 0, 400)).toEqual({ from: 0, to: 3, above: 0, below: 0 });
    expect(rowWindow(0, 40, 0, 400)).toEqual({ from: 0, to: 0, above: 0, below: 0 });
  });
  it('stay within the table when it has become shorter than it was scrolled', () => {
    expect(rowWindow(5, 40, 8000, 400)).toMatchObject({ to: 5, below: 0 });
  });
});
