import { describe, expect, it } from 'vitest';
import { registry, type Registry } from './algorithms/registry.ts';
import { mixedFeatures, mixedTable } from './testing/sample-tables.ts';
import { trainWith } from './train.ts';
import type { TrainOptions } from './types.ts';

const table = mixedTable(120, 3);

/** The lines of a training whose clock moves by a hundredth of a second whenever it is looked at. */
function linesOf(options: Partial<TrainOptions>, algorithms: Registry = registry): string[] {
  const lines: string[] = [];
  let now = 0;
  trainWith(
    algorithms,
    table,
    {
      task: 'classification',
      target: 'sold',
      features: mixedFeatures,
      algorithm: 'gradient_boosting',
      validation: { folds: 3 },
      seed: 1,
      ...options,
    },
    { log: (line) => lines.push(line), now: () => (now += 10) },
  );
  return lines;
}

describe('log of a training', () => {
  it('says what is learnt, how each fold did and what became of the model', () => {
    const lines = linesOf({ parameters: { iterations: 20 } });
    expect(lines[0]).toBe('Learning "sold" from 120 rows of 2 numbers, 1 date and 1 category.');
    expect(lines.slice(1, 4).map((line) => line.replace(/0\.\d{3,}/, 'x'))).toEqual([
      expect.stringMatching(
        /^Fold 1 of 3: log loss x on 40 held-out rows, learnt from 80 rows in 0\.\d s\.$/,
      ),
      expect.stringMatching(/^Fold 2 of 3: /),
      expect.stringMatching(/^Fold 3 of 3: /),
    ]);
    expect(lines[4]).toMatch(/^Fitted the model on all 120 rows in 0\.\d s: \d+ rounds\.$/);
    expect(lines.slice(5)).toEqual([
      expect.stringMatching(/^Permutation importance took /),
      expect.stringMatching(/^The learning curve took /),
      expect.stringMatching(/^SHAP values and partial dependence took /),
    ]);
  });

  it('says from where on a class is answered', () => {
    const lines = linesOf({ algorithm: 'linear', threshold: 'f1', calibrate: 'platt' });
    expect(lines).toContainEqual(
      expect.stringMatching(/^"yes" is answered from a corrected probability of 0\.\d+ on\.$/),
    );
  });

  it('names what `auto` tried, in its order', () => {
    const { baseline, linear } = registry;
    const few = { baseline, linear } as unknown as Registry;
    const tried = linesOf({ algorithm: 'auto' }, few).filter((line) => line.startsWith('Tried '));
    expect(tried[0]).toMatch(/^Tried baseline( on \d+ rows)?: log loss 0\.\d+, in \d+\.\d s\.$/);
    expect(tried.some((line) => line.startsWith('Tried linear'))).toBe(true);
  });
});
