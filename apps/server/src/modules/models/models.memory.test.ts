import type { ColumnProfile } from '@quadrax/contract';
import { denseWidth } from '../../../../../packages/ml/src/tabular/preprocessing/dense.ts';
import { describe, expect, it } from 'vitest';
import { checkMemory, memoryNeeded } from './models.memory.ts';
import type { MemoryTable } from './models.memory.ts';

const column = (name: string, changes: Partial<ColumnProfile> = {}): ColumnProfile =>
  ({ name, type: 'numeric', missing: 0, distinct: 1000, warnings: [], ...changes }) as ColumnProfile;

const tableOf = (rows: number, columns: readonly ColumnProfile[]): MemoryTable => ({
  profile: { rows, columns: [...columns] },
});
const numbers = Array.from({ length: 20 }, (_, i) => column(`x${i}`));
const y = column('y');

describe('the memory a training needs', () => {
  it.each([
    [50_000, 163],
    [100_000, 223],
    [200_000, 417],
  ])(
    'is enough for boosting on %i rows of 20 columns, which took %i MB, and not twice as much',
    (rows, took) => {
      const needed = memoryNeeded(tableOf(rows, [...numbers, y]), {
        target: 'y',
        algorithm: 'gradient_boosting',
      });
      expect(needed).toBeGreaterThan(took);
      expect(needed).toBeLessThan(2 * took);
    },
  );

  it('grows with the columns that are learnt from, and with the categories that are spread out', () => {
    const cities = column('city', { type: 'categorical', distinct: 80 });
    const table = tableOf(500_000, [...numbers, cities, y]);
    const of = (algorithm: 'linear' | 'gradient_boosting', features?: string[]) =>
      memoryNeeded(table, { target: 'y', algorithm, features });
    expect(of('linear')).toBeGreaterThan(3 * of('gradient_boosting'));
    expect(of('linear', ['x1'])).toBeLessThan(of('linear', ['x1', 'city']));
  });

  it('is that of the matrix that categories are spread out to, and of every class', () => {
    const rows = 2000;
    const names = Array.from({ length: 30 }, (_, i) => `c${i}`);
    const features = names.map((name) => ({
      name,
      kind: 'categorical' as const,
      categories: Array.from({ length: 100 }, (_unused, k) => String(k)),
      optional: false,
      example: '0',
    }));
    const cities = names.map((name) => column(name, { type: 'categorical', distinct: 100 }));
    const of = (columns: readonly ColumnProfile[]) =>
      memoryNeeded(tableOf(rows * 100, [...columns, y]), { target: 'y', algorithm: 'linear' });
    const perNumber = (of(numbers) - of([])) / numbers.length;
    expect((of(cities) - of([])) / perNumber / denseWidth(features)).toBeCloseTo(1, 1);

    const needed = (distinct: number) =>
      memoryNeeded(tableOf(100_000, [...numbers, column('y', { type: 'categorical', distinct })]), {
        target: 'y',
        algorithm: 'gradient_boosting',
      });
    expect(needed(200) - needed(2)).toBeGreaterThan(2 * 160);
  });

  it('that no compute process has is refused beforehand, with the figures and what to do', () => {
    const table = tableOf(20_000_000, [...numbers, y]);
    const request = { target: 'y', algorithm: 'auto' } as const;
    const needed = memoryNeeded(table, request);
    expect(() => checkMemory(table, request, 2048)).toThrow(
      expect.objectContaining({
        code: 'UNTRAINABLE',
        message: expect.stringMatching(new RegExp(`about ${needed} MB.*2048 MB.*COMPUTE_MEMORY_MB`)),
        details: [expect.objectContaining({ field: 'datakitId' })],
      }),
    );
    expect(() => checkMemory(table, request, needed)).not.toThrow();
  });
});
