import { describe, expect, it } from 'vitest';
import { toCsv } from './csv.ts';

describe('CSV', () => {
  it('quotes what needs it, keeps full precision, leaves missing values empty', () => {
    const rows = [
      ['a,b', 0.1 + 0.2],
      ['say "no"', null],
    ];
    expect(toCsv(['name', 'x'], rows)).toBe('name,x\r\n"a,b",0.30000000000000004\r\n"say ""no""",\r\n');
  });
});
