import { exportOnnx, readOnnx } from '@quadrax/ml/onnx';
import { createPredictor, train } from '@quadrax/ml/tabular';
import type { AlgorithmName, Column, Model, Table, TrainOptions } from '@quadrax/ml/tabular';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';

/** Numbers that repeat for the same seed (mulberry32). */
const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const cities = ['Köln', 'São Paulo', '東京', 'Bern', 'Łódź', '🏔️ Zermatt', '', 'a,b"c', 'Ωmega', 'Oslo', 'x'];
const rows = 250;

/** Every kind of column, with missing values; numbers that repeat, so that rows lie exactly on thresholds. */
const sampleTable = (): Table => {
  const random = randomFrom(7);
  const fill = (draw: () => number): Float64Array => Float64Array.from({ length: rows }, draw);
  const size = fill(() => Math.round(random() * 40) / 10);
  const weight = fill(() => (random() < 0.15 ? Number.NaN : 50 + 10 * random()));
  const made = fill(() => (random() < 0.05 ? Number.NaN : Date.UTC(1965, 0, 1) + random() * 2e12));
  const woke = fill(() => (random() < 0.05 ? Number.NaN : Math.floor(random() * 1440) * 60_000));
  const city = Int32Array.from({ length: rows }, () =>
    random() < 0.1 ? -1 : Math.floor(random() * cities.length),
  );
  const label = Int32Array.from({ length: rows }, () => Math.floor(random() * 2));
  const price = fill(() => 3 * random());
  for (let i = 0; i < rows; i++) {
    const month = new Date(made[i] || 0).getUTCMonth();
    price[i] =
      (price[i] ?? 0) +
      20 * (size[i] ?? 0) +
      ((((city[i] ?? 0) + 1) * 5) % 7) * 6 +
      month +
      (Math.floor((woke[i] || 0) / 3_600_000) > 11 ? 15 : 0) +
      (label[i] ?? 0) * 9;
  }
  const columns: Column[] = [
    { name: 'size of it', kind: 'numeric', values: size },
    { name: 'weight', kind: 'numeric', values: weight },
    { name: 'Größe', kind: 'categorical', codes: city, categories: cities },
    { name: 'made', kind: 'datetime', values: made },
    { name: 'woke', kind: 'time', values: woke },
    // Named like an output.
    { name: 'label', kind: 'categorical', codes: label, categories: ['false', 'true'] },
    {
      name: 'sold',
      kind: 'categorical',
      codes: Int32Array.from(price, (value) => (value > 70 ? 1 : 0)),
      categories: ['nein', 'já'],
    },
    {
      name: 'grade',
      kind: 'categorical',
      codes: Int32Array.from(price, (value) => (value > 90 ? 2 : value > 60 ? 1 : 0)),
      categories: ['A', 'B', 'Č'],
    },
    { name: 'price', kind: 'numeric', values: price },
  ];
  return { rows, columns };
};

const table = sampleTable();
const features = ['size of it', 'weight', 'Größe', 'made', 'woke', 'label'];

/** Rows as they may come: missing values, unseen categories, extreme values, and those of the table itself. */
const askedRows = (count: number): Record<string, number | string | null>[] => {
  const random = randomFrom(99);
  const one = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const number = (from: Float64Array): number | null => {
    const kind = random();
    if (kind < 0.1) return null;
    if (kind < 0.2) return one([0, -0, 1e12, -1e12, 1e-300, 3.4e38, 1e300, -1e300, 2 ** 53]);
    const value = one(Array.from(from));
    if (Number.isNaN(value)) return null;
    return kind < 0.7 ? value : value * (1 + (random() - 0.5) * 2 ** -30);
  };
  const valuesOf = (name: string): Float64Array => {
    const column = table.columns.find((one) => one.name === name);
    if (!column || column.kind === 'categorical' || column.kind === 'text') throw new Error('No numbers.');
    return column.values;
  };
  return Array.from({ length: count }, () => ({
    'size of it': number(valuesOf('size of it')),
    weight: number(valuesOf('weight')),
    made: number(valuesOf('made')),
    woke: one([...valuesOf('woke').slice(0, 50), 86_400_000, 0]),
    Größe: random() < 0.2 ? one([null, 'unseen', 'KÖLN', 'Ko\u0308ln', '🏔']) : one(cities),
    label: one(['true', 'false', null, 'TRUE']),
  }));
};

/** What onnxruntime makes of the rows. */
const runOnnx = async (model: Model, asked: readonly Record<string, number | string | null>[]) => {
  const bytes = exportOnnx(model, { name: 'Prices', version: 3 });
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    model.schema.features.map(({ name, kind }) => {
      const values = asked.map((row) => row[name] ?? null);
      const tensor =
        kind === 'categorical'
          ? new Tensor(
              'string',
              // A missing value is any text that is no category.
              values.map((value) => (value === null ? '(none)' : String(value))),
              [asked.length, 1],
            )
          : new Tensor(
              'float64',
              Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
              [asked.length, 1],
            );
      return [name === 'label' ? 'label_1' : name, tensor];
    }),
  );
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
};

const parameters: Partial<Record<AlgorithmName, Record<string, number | string>>> = {
  gradient_boosting: { iterations: 60, minLeafRows: 5 },
  random_forest: { trees: 40 },
  extra_trees: { trees: 40 },
  neural_network: { epochs: 15, layers: 2, units: 20 },
};
const fitted = (options: Pick<TrainOptions, 'task' | 'target' | 'algorithm' | 'parameters'>): Model =>
  train(table, { ...options, features, validation: { holdout: 0.2 }, seed: 3 }).model;

const algorithms: AlgorithmName[] = [
  'gradient_boosting',
  'random_forest',
  'extra_trees',
  'linear',
  'neural_network',
  'baseline',
];
const goals = [
  { task: 'classification', target: 'sold' },
  { task: 'classification', target: 'grade' },
  { task: 'regression', target: 'price' },
] as const;

/** The largest difference, as a share of what is larger than one. */
const worstOf = (given: ArrayLike<number>, expected: readonly number[]): number => {
  expect(given.length).toBe(expected.length);
  let worst = 0;
  expected.forEach((value, i) => {
    const off = Math.abs((given[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value));
    if (!(off <= worst)) worst = off;
  });
  return worst;
};

/** How far the graph's numbers are from those that are served on many rows, and which rows get another label. */
const compared = async (
  model: Model,
  {
    served = model,
    asked = askedRows(3000),
    near = 1e-6,
  }: { served?: Model; asked?: ReturnType<typeof askedRows>; near?: number } = {},
) => {
  const predictor = createPredictor(served);
  const expected = asked.map((row) => predictor.predictRow(row));
  const { value, label, probabilities } = await runOnnx(model, asked);
  if (model.schema.task === 'regression') {
    const values = expected.map((one) => one.value ?? Number.NaN);
    return { worst: worstOf(value?.data as Float64Array, values), differing: [] };
  }
  const { classes } = model.schema;
  const odds = expected.flatMap((one) => classes.map((name) => one.probabilities?.[name] ?? Number.NaN));
  // Where two classes are as likely but for rounding, either is right.
  const differing = expected.filter((one, i) => {
    const other = String(label?.data[i]);
    const shares = one.probabilities ?? {};
    return other !== one.label && Math.abs((shares[other] ?? 0) - (shares[one.label ?? ''] ?? 0)) > near;
  });
  return { worst: worstOf(probabilities?.data as Float64Array, odds), differing };
};

vi.setConfig({ testTimeout: 60_000 });

describe.each(algorithms)('%s as ONNX', (algorithm) => {
  it.each(goals)('predicts what it predicts here, of $target', async (goal) => {
    const model = fitted({ ...goal, algorithm, parameters: parameters[algorithm] ?? {} });
    const { worst, differing } = await compared(model);
    expect(worst).toBeLessThan(1e-5);
    expect(differing).toEqual([]);
  });
});

describe('nearest neighbours as ONNX', () => {
  const everyWay = (['uniform', 'distance'] as const).flatMap((weights) =>
    (['euclidean', 'manhattan'] as const).map((metric) => ({ weights, metric })),
  );
  it.each(everyWay)('predict what they predict here: $weights, $metric', async (way) => {
    for (const goal of goals) {
      const options = {
        ...goal,
        algorithm: 'nearest_neighbors',
        parameters: { ...way, neighbors: 7 },
      } as const;
      const { worst, differing } = await compared(fitted(options), { near: -1 });
      // Sums of as many as seven doubles.
      expect(worst).toBeLessThan(1e-14);
      expect(differing).toEqual([]);
    }
  });

  /** Rows of few values: many lie at the same distance, and on each other, of other classes and weights. */
  const crowd = (count: number): Table => {
    const random = randomFrom(31);
    const draw = (most: number) => Float64Array.from({ length: count }, () => Math.floor(random() * most));
    const [x, y, mass, price] = [draw(4), draw(3), draw(3), draw(50)];
    const codes = Int32Array.from(draw(3));
    return {
      rows: count,
      columns: [
        { name: 'x', kind: 'numeric', values: x },
        { name: 'y', kind: 'numeric', values: y },
        { name: 'mass', kind: 'numeric', values: mass },
        { name: 'price', kind: 'numeric', values: price },
        { name: 'grade', kind: 'categorical', codes, categories: ['A', 'B', 'Č'] },
      ],
    };
  };

  it.each(everyWay)('take the same rows of those that are as near: $weights, $metric', async (way) => {
    const asked = Array.from({ length: 80 }, (_, i) => ({ x: (i % 10) / 2, y: Math.floor(i / 10) / 2 }));
    for (const [task, target, neighbors] of [
      ['classification', 'grade', 4],
      ['regression', 'price', 5],
      // More than there are rows.
      ['regression', 'price', 1000],
    ] as const) {
      const parameters = { ...way, neighbors };
      const { model } = train(crowd(120), {
        task,
        target,
        algorithm: 'nearest_neighbors',
        parameters,
        features: ['x', 'y'],
        weights: 'mass',
        validation: { holdout: 0.2 },
        seed: 3,
      });
      const { worst, differing } = await compared(model, { asked, near: -1 });
      expect(worst).toBeLessThan(1e-13);
      expect(differing).toEqual([]);
    }
  });

  it('make a file that is taken in again', () => {
    const model = fitted({ task: 'classification', target: 'grade', algorithm: 'nearest_neighbors' });
    const signature = readOnnx(exportOnnx(model, { name: 'Near', version: 1 }), {});
    expect(signature.schema.features).toHaveLength(features.length);
    expect(signature.schema.classes).toEqual(model.schema.classes);
  });
});

describe('a model as ONNX', () => {
  it('predicts the same with a logarithmic link', async () => {
    const goal = { task: 'regression', target: 'price' } as const;
    const poisson = { loss: 'poisson', iterations: 40 };
    const model = fitted({ ...goal, algorithm: 'gradient_boosting', parameters: poisson });
    expect((await compared(model)).worst).toBeLessThan(1e-5);
  });

  it('predicts the same where it is the average of two others', async () => {
    const goal = { task: 'classification', target: 'grade' } as const;
    const members = (['nearest_neighbors', 'gradient_boosting'] as const).map((algorithm) =>
      fitted({ ...goal, algorithm, parameters: parameters[algorithm] ?? {} }),
    );
    const [first, second] = members;
    if (!first || !second) throw new Error('Two models are needed.');
    const shares = [0.25, 0.75];
    const own = new Float64Array(first.schema.classes.length);
    const blend: Model = {
      ...first,
      algorithm: 'blend',
      fitted: {
        ...first.fitted,
        predictRow: (raw, out) => {
          out.fill(0);
          members.forEach((member, i) => {
            member.fitted.predictRow(raw, own);
            own.forEach((share, k) => (out[k] = (out[k] ?? 0) + (shares[i] ?? 0) * share));
          });
        },
        state: () => ({
          members: members.map((member) => ({ algorithm: member.algorithm, state: member.fitted.state() })),
          shares: Float64Array.from(shares),
        }),
      },
    };
    const { worst, differing } = await compared(blend);
    expect(worst).toBeLessThan(1e-5);
    expect(differing).toEqual([]);
  });

  it.each([
    { threshold: 'f1' },
    { threshold: 'f1', positive: 'nein' },
    { threshold: 0.7, positive: 'nein', calibrate: 'isotonic' },
    { threshold: 0.31, calibrate: 'platt' },
    { threshold: 'balanced_accuracy', calibrate: 'isotonic' },
    { calibrate: 'isotonic' },
  ] as const)(
    'corrects and answers as the model decides: $threshold, $calibrate, $positive',
    async (decision) => {
      const options = { task: 'classification', target: 'sold', algorithm: 'linear' } as const;
      const { model } = train(table, {
        ...options,
        ...decision,
        features,
        validation: { folds: 3 },
        seed: 3,
      });
      const { worst, differing } = await compared(model);
      expect(worst).toBeLessThan(1e-9);
      expect(differing).toEqual([]);
      // The decision says something else than the likeliest class, so that leaving it out would show.
      const { decision: _decision, ...undecided } = model;
      const bare = await compared(model, { served: undecided });
      expect(bare.worst > 1e-3 || bare.differing.length > 0).toBe(true);
    },
  );

  it.each(goals)('writes categories that stand for their mean target: $target', async (goal) => {
    const random = randomFrom(17);
    const codes = Int32Array.from({ length: rows }, () => Math.floor(random() * 150) - 1);
    const categories = Array.from({ length: 150 }, (_, level) => `street ${level}`);
    const streets: Column = { name: 'street', kind: 'categorical', codes, categories };
    const { model } = train(
      { rows, columns: [...table.columns, streets] },
      {
        ...goal,
        algorithm: 'linear',
        features: [...features, 'street'],
        validation: { holdout: 0.2 },
        seed: 3,
      },
    );
    expect(model.fitted.meanTargets).toEqual([6]);
    const asked = askedRows(400).map((row, i) => ({
      ...row,
      street: i % 7 === 0 ? null : i % 11 === 0 ? 'unseen' : `street ${i % 150}`,
    }));
    const { worst, differing } = await compared(model, { asked });
    expect(worst).toBeLessThan(1e-9);
    expect(differing).toEqual([]);
  });

  it('is refused where it reads texts, and says which columns and what to do instead', () => {
    const words = (noun: string) =>
      Array.from({ length: rows }, (_, i) => `the ${noun} of row ${i} is ${i % 3}`);
    const texts: Column[] = ['note', 'remark'].map((name) => ({ name, kind: 'text', values: words(name) }));
    const written = (names: string[]) => () => {
      const options = { task: 'regression', target: 'price', algorithm: 'linear', seed: 3 } as const;
      const all = { rows, columns: [...table.columns, ...texts] };
      const { model } = train(all, {
        ...options,
        features: ['weight', ...names],
        validation: { holdout: 0.2 },
      });
      return exportOnnx(model, { name: 'Notes', version: 1 });
    };
    expect(written(['note'])).toThrow(
      /the column "note" holds free text.* Export it as JSON, or train it again without that column\.$/,
    );
    expect(written(['note', 'remark'])).toThrow(
      /the columns "note", "remark" hold .*without those columns\.$/,
    );
  });

  it('says what it is and what it takes', async () => {
    const model = fitted({ task: 'classification', target: 'grade', algorithm: 'linear' });
    const bytes = exportOnnx(model, { name: 'Grades of Köln', version: 3 });
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['size of it', 'weight', 'Größe', 'made', 'woke', 'label_1']);
    expect(session.outputNames).toEqual(['label', 'probabilities']);
    expect(session.inputMetadata.map((input) => input.isTensor && input.type)).toEqual([
      'float64',
      'float64',
      'string',
      'float64',
      'float64',
      'string',
    ]);
    expect(Buffer.from(bytes).includes('Grades of Köln')).toBe(true);
    await session.release();
  });
});
