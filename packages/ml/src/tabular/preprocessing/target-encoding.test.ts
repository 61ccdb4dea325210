import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import type { Target } from '../data/frame.ts';
import { createPredictor, decodeModel, encodeModel, train } from '../index.ts';
import { normal } from '../testing/sample-tables.ts';
import type { Parameters, Table, TrainOptions } from '../types.ts';
import { fitTargetEncoding } from './target-encoding.ts';

const options: TrainOptions = {
  task: 'classification',
  target: 'side',
  algorithm: 'linear',
  validation: { holdout: 0.25 },
  seed: 4,
};

/** Rows of many shops. `lean` is how much a shop says of the side its rows are on; 0 is nothing. */
function shopTable(rows: number, shops: number, lean: number): Table {
  const random = createRandom(3);
  const leaning = Float64Array.from({ length: shops }, () => lean * normal(random));
  const codes = Int32Array.from({ length: rows }, () => random.below(shops));
  const side = Int32Array.from(codes, (shop) =>
    random.uniform() < 1 / (1 + Math.exp(-leaning[shop])) ? 1 : 0,
  );
  const categories = Array.from({ length: shops }, (_, k) => `shop ${k}`);
  return {
    rows,
    columns: [
      { name: 'shop', kind: 'categorical', codes, categories },
      { name: 'size', kind: 'numeric', values: Float64Array.from({ length: rows }, () => normal(random)) },
      { name: 'side', kind: 'categorical', codes: side, categories: ['left', 'right'] },
    ],
  };
}

describe('the mean target of a category', () => {
  const values = Float64Array.of(0, 0, 0, 1, NaN, 0, 1, 1, 0, 0);
  const target: Target = {
    classes: 2,
    values: Float64Array.of(1, 1, 1, 0, 0, 1, 0, 0, 1, 1),
    weights: new Float64Array(10).fill(1),
  };
  const { encoding, crossFitted } = fitTargetEncoding(0, values, 3, target);
  const read = (value: number): number => {
    const x = new Float64Array(1);
    encoding.write(value, x, 0);
    return x[0];
  };

  it('is drawn to the prior as ten rows of it would', () => {
    expect(read(0)).toBeCloseTo((6 + 10 * 0.6) / 16, 12);
    expect(read(1)).toBeCloseTo((10 * 0.6) / 13, 12);
  });

  it('is the prior where training saw no such row, or none at all', () => {
    expect(read(2)).toBeCloseTo(0.6, 12);
    expect(read(NaN)).toBeCloseTo(0.6, 12);
  });

  it('of a training row does not depend on its own target', () => {
    for (let row = 0; row < 10; row++) {
      const changed = target.values.map((value, i) => (i === row ? 1 - value : value));
      const other = fitTargetEncoding(0, values, 3, { ...target, values: changed });
      expect(other.crossFitted[0][row]).toBe(crossFitted[0][row]);
      expect(other.encoding.state()).not.toEqual(encoding.state());
    }
  });
});

describe.each(['linear', 'nearest_neighbors', 'neural_network'] as const)('%s', (algorithm) => {
  const quick: Record<typeof algorithm, Parameters> = {
    linear: { l2: 1 },
    nearest_neighbors: {},
    neural_network: { epochs: 10, units: 16 },
  };
  const goal = { ...options, algorithm, parameters: quick[algorithm] };

  it('learns from categories beyond the one-hot limit', { timeout: 60_000 }, () => {
    const { metrics } = train(shopTable(4000, 400, 3), { ...goal, features: ['shop'] });
    expect(metrics.rocAuc).toBeGreaterThan(0.8);
  });

  it('finds nothing in categories that are as good as numbered', { timeout: 60_000 }, () => {
    const { metrics } = train(shopTable(2000, 1500, 0), goal);
    expect(metrics.rocAuc).toBeGreaterThan(0.42);
    expect(metrics.rocAuc).toBeLessThan(0.58);
    expect(metrics.accuracy).toBeLessThan(0.57);
  });
});

it(
  'takes a category that training did not see as it takes a missing one, also once read again',
  { timeout: 60_000 },
  () => {
    const { model } = train(shopTable(1000, 300, 3), { ...options, parameters: { l2: 1 } });
    const read = createPredictor(decodeModel(encodeModel(model)));
    const ask = (shop: string | null) => read.predictRow({ shop, size: 0 });
    expect(ask('a new one')).toEqual({ ...ask(null), unseen: ['shop'] });
    expect(ask('shop 1')).toEqual(createPredictor(model).predictRow({ shop: 'shop 1', size: 0 }));
  },
);

it('holds 20,000 categories in 40,000 rows', { timeout: 60_000 }, () => {
  const { metrics } = train(shopTable(40_000, 20_000, 4), { ...options, parameters: { l2: 1 } });
  expect(metrics.rocAuc).toBeGreaterThan(0.6);
});
