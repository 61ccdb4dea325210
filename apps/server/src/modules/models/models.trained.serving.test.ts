import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPredictor, createRecordExplainer, encodeModel, train } from '@quadrax/ml/tabular';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createComputePool, TaskError } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import { createExplain } from './models.explain.serving.ts';
import { createTrainedPredictor } from './models.trained.serving.ts';

const never = new AbortController().signal;
const patient = { signal: never };
const names = ['a', 'b', 'c', 'd'];
const neighbours = (rows: number) =>
  train(
    {
      rows,
      columns: [...names, 'y'].map((name, j) => ({
        name,
        kind: 'numeric' as const,
        values: Float64Array.from({ length: rows }, (_, i) => Math.sin((i + 1) * (j + 2))),
      })),
    },
    {
      task: 'regression',
      target: 'y',
      algorithm: 'nearest_neighbors',
      validation: { holdout: 0.1 },
      seed: 1,
    },
  ).model;

/** Two thousand rows of four numbers are slow to explain, and quick to predict. */
const model = neighbours(2000);
const row = { a: 0.1, b: 0.2, c: 0.3, d: 0.4 };

describe('a model in the process that others wait for', () => {
  const predictor = createPredictor(model);
  const explain = createExplain(
    model,
    { version: 1, artifact: 'nowhere', share: 'a' },
    { run: () => Promise.reject(new Error('not asked')) },
  );

  it('costs a multiplication for each number that nearest neighbours keep', () => {
    expect(predictor.rowCost).toBe(2000 * 4);
  });

  it('answers ten thousand rows where they are quick', async () => {
    const { predictRows } = createTrainedPredictor({ ...predictor, rowCost: 2e5 }, explain);
    const answers = await predictRows(
      Array.from({ length: 10_000 }, () => row),
      patient,
      undefined,
    );
    expect(answers).toHaveLength(10_000);
    expect(answers[9999]).toEqual(predictor.predictRow(row));
  });

  it('refuses what would take long, with how many rows it takes and where to go with more', async () => {
    const predictRow = vi.fn<typeof predictor.predictRow>(predictor.predictRow);
    const { predictRows } = createTrainedPredictor({ ...predictor, predictRow, rowCost: 4e6 }, explain);
    await expect(
      predictRows(
        Array.from({ length: 501 }, () => row),
        patient,
        undefined,
      ),
    ).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringMatching(/at most 500 rows.*\/models\/:id\/predict\/batch/),
      details: [{ field: 'inputs' }],
    });
    expect(predictRow).not.toHaveBeenCalled();
    expect(
      await predictRows(
        Array.from({ length: 500 }, () => row),
        patient,
        undefined,
      ),
    ).toHaveLength(500);
  });

  it('always answers one row', async () => {
    const { predictRows } = createTrainedPredictor({ ...predictor, rowCost: 1e12 }, explain);
    expect(await predictRows([row], patient, undefined)).toEqual([predictor.predictRow(row)]);
  });
});

describe('an explanation', () => {
  const predictions = [createPredictor(model).predictRow(row)];
  let pool: ComputePool;
  let folder: string;

  /** The pool, and how often it was asked. */
  const counted = () => {
    let asked = 0;
    const run: ComputePool['run'] = (task, input, request) => {
      asked++;
      return pool.run(task, input, request);
    };
    return { run, asked: () => asked };
  };

  beforeAll(async () => {
    pool = createComputePool({ processes: 1, memoryMb: 256 });
    folder = await mkdtemp(join(tmpdir(), 'quadrax-explain-'));
  });
  afterAll(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  it('that takes long is worked out in a compute process, and is the same', async () => {
    const artifact = join(folder, 'model');
    await writeFile(artifact, encodeModel(model));
    const { run, asked } = counted();
    const explained = await createExplain(model, { version: 1, artifact, share: 'a' }, { run })([row], never)(
      predictions,
    );
    expect(explained).toEqual([
      { ...predictions[0], explanation: createRecordExplainer(model)?.explain(row) },
    ]);
    expect(asked()).toBe(1);
  });

  it('that takes too long says what to do', async () => {
    const run = () => Promise.reject(new TaskError('TIMEOUT', 'It took longer than 10 seconds.'));
    await expect(
      createExplain(model, { version: 1, artifact: 'nowhere', share: 'a' }, { run })([row], never)(
        predictions,
      ),
    ).rejects.toMatchObject({
      code: 'UNUSABLE_MODEL',
      message: expect.stringMatching(/longer than 10 seconds.*leave explain out/),
    });
  });

  it('that is quick is worked out here', async () => {
    const small = neighbours(60);
    const { run, asked } = counted();
    const [{ explanation } = {}] = await createExplain(
      small,
      { version: 1, artifact: 'nowhere', share: 'a' },
      { run },
    )(
      [row],
      never,
    )(predictions);
    expect(explanation).toEqual(createRecordExplainer(small)?.explain(row));
    expect(asked()).toBe(0);
  });

  it('of more rows than about a second is enough for is refused before anything is computed', async () => {
    const most = createRecordExplainer(model)?.recordsAtOnce ?? 0;
    expect(most).toBeLessThan(50);
    const rows = Array.from({ length: most + 1 }, () => row);
    const { run, asked } = counted();
    expect(() =>
      createExplain(model, { version: 1, artifact: 'nowhere', share: 'a' }, { run })(rows, never),
    ).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining(`At most ${most} rows`),
      }),
    );
    expect(asked()).toBe(0);
  });
});
