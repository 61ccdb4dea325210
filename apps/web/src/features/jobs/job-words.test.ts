import { describe, expect, it } from 'vitest';
import { beginningOf } from './job-words.ts';

describe('the beginning of a text', () => {
  it('is all of a short one', () => {
    expect(beginningOf('{\n}')).toEqual({ beginning: '{\n}', shown: 2, lines: 2 });
  });

  it('is its first 200 lines', () => {
    const text = Array.from({ length: 1000 }, (_unused, i) => `line ${i + 1}`).join('\n');
    const { beginning, shown, lines } = beginningOf(text);
    expect({ shown, lines }).toEqual({ shown: 200, lines: 1000 });
    expect(beginning.endsWith('\nline 200')).toBe(true);
  });
});
