import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { entry } from '@quadrax/ml/onnx';
import {
  importForm,
  jobSucceeds,
  newModel,
  readyDatakit,
  spawnServer,
  startTestServer,
  sumModel,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  addsWeights,
  customOperator,
  endlessLoop,
  loopOf,
  ofPictures,
  perceptron,
  pickedLabels,
  scalerAndLinear,
  scalerAndLinearOdds,
  treeClassifier,
  unfolding,
} from './onnx-models.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer({ env: { COMPUTE_MEMORY_MB: '512', MODEL_TRIAL_MS: '5000' } });
  ada = await server.register();
});
afterAll(() => server.close());

const imported = (file: Uint8Array, fields: Record<string, string> = {}) =>
  ada.call(routes.models.import, { form: importForm(file, 'iris.onnx', fields) });

const served = async (file: Uint8Array, fields: Record<string, string> = {}) => {
  const model = await imported(file, fields);
  await ada.call(routes.models.deploy, { params: { id: model.id }, body: { version: 1 } });
  const ask = async (inputs: Record<string, unknown> | Record<string, unknown>[]) =>
    (await ada.call(routes.models.predict, { params: { id: model.id }, body: { inputs } })).predictions;
  return { model, ask };
};

const stored = async (): Promise<string[]> => {
  const folder = join(server.dataDir, 'objects');
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};

/** Refused, and as though it had never come. */
const refused = async (
  file: Uint8Array | string,
  name = 'model.onnx',
  fields: Record<string, string> = {},
) => {
  const before = [await stored(), (await ada.page(routes.models.list)).meta.total];
  const error = await ada.refused(routes.models.import, { form: importForm(file, name, fields) });
  expect([await stored(), (await ada.page(routes.models.list)).meta.total]).toEqual(before);
  expect(error.error).not.toMatch(/\/(work|tmp|home|onnxruntime)|\.cc/);
  return error;
};

describe('an imported model', () => {
  it.each([true, false])(
    'of scikit-learn answers with labels and probabilities (ZipMap: %s)',
    async (zipMap) => {
      const { model, ask } = await served(scalerAndLinear(zipMap), {
        name: 'Iris',
        description: 'From a notebook.',
        framework: 'SKLEARN',
        features: 'length, width',
      });
      expect(model).toMatchObject({
        name: 'Iris',
        description: 'From a notebook.',
        type: 'CLASSIFICATION',
        framework: 'SKLEARN',
        status: 'TRAINED',
        latestVersion: 1,
      });
      const rows = [
        { length: 5.1, width: 3.5 },
        { length: 4, width: 2 },
        { length: 6.5, width: 3 },
      ];
      const predictions = await ask(rows);
      const classes = ['setosa', 'versicolor', 'virginica'];
      rows.forEach(({ length, width }, i) => {
        const odds = scalerAndLinearOdds(length, width);
        classes.forEach((name, k) =>
          expect(predictions[i]?.probabilities?.[name]).toBeCloseTo(odds[k] ?? 0, 5),
        );
        expect(predictions[i]?.label).toBe(classes[odds.indexOf(Math.max(...odds))]);
      });
    },
  );

  it('of scikit-learn without class names in its operators finds them beside', async () => {
    const { ask } = await served(pickedLabels(), { features: 'a,b' });
    expect(await ask({ a: 0.25, b: 0.75 })).toEqual([{ label: '20', probabilities: { 10: 0.25, 20: 0.75 } }]);
  });

  it('of trees takes as many columns as are named, and keeps its own classes', async () => {
    const { ask } = await served(treeClassifier(), { framework: 'XGBOOST', features: '["a", "b", "c, d"]' });
    expect(
      await ask([
        { a: 1, b: 2, 'c, d': 3 },
        { a: 1, b: 2, 'c, d': 2.5 },
      ]),
    ).toEqual([
      { label: '7', probabilities: { 3: 0.125, 7: 0.875, 9: 0 } },
      { label: '3', probabilities: { 3: 0.75, 7: 0.25, 9: 0 } },
    ]);
  });

  it('of PyTorch has its scores made probabilities, and its columns numbered', async () => {
    const { model, ask } = await served(perceptron(), { framework: 'PYTORCH', classes: 'low,middle,high' });
    const [prediction] = await ask({ input_0: 1, input_1: 0.5 });
    // Hidden 2 and 0; scores 2, 1 and 1.
    const sum = Math.exp(2) + 2 * Math.exp(1);
    expect(prediction?.label).toBe('low');
    expect(prediction?.probabilities?.['low']).toBeCloseTo(Math.exp(2) / sum, 6);
    expect(prediction?.probabilities?.['high']).toBeCloseTo(Math.exp(1) / sum, 6);
    const version = await ada.call(routes.models.version, { params: { id: model.id, version: 1 } });
    expect(version).toMatchObject({
      algorithm: 'onnx',
      features: [
        { name: 'input_0', type: 'numeric' },
        { name: 'input_1', type: 'numeric' },
      ],
      classes: ['low', 'middle', 'high'],
      imported: { fileName: 'iris.onnx', producer: 'pytorch 1.0' },
    });
    expect(version.warnings[0]).toMatch(/softmax/);
    expect(version.datakit).toBeUndefined();
  });

  it('of one number is a regression, and comes back out as the file it was', async () => {
    const { model, ask } = await served(sumModel());
    expect(model).toMatchObject({ name: 'iris', type: 'REGRESSION', framework: 'ONNX' });
    expect(await ask({ x_0: 2, x_1: 0.5 })).toEqual([{ value: 2.5 }]);
    const path = `/api/v1/models/${model.id}/export?format=onnx`;
    const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${ada.token}` } });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(sumModel()));
  });

  it('is made once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'import-once' };
    const send = (file: Uint8Array) =>
      ada.send(routes.models.import, { form: importForm(file, 'sum.onnx', { name: 'Once' }), headers });
    const [first, again, other] = [await send(sumModel()), await send(sumModel()), await send(perceptron())];
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(other.status).toBe(422);
  });

  it('names what is wrong with a row', async () => {
    const { model } = await served(sumModel());
    const error = await ada.refused(routes.models.predict, {
      params: { id: model.id },
      body: { inputs: [{ x_0: 'two', other: 1 }] },
    });
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(error.details?.map(({ field }) => field)).toEqual([
      'inputs[0].x_0',
      'inputs[0].x_1',
      'inputs[0].other',
    ]);
  });

  it('is not trained here, and says what to do', async () => {
    const { id } = await imported(sumModel(), { framework: 'SKLEARN' });
    const data = await readyDatakit(ada);
    const body = { datakitId: data.id, target: 'grade', algorithm: 'baseline' };
    const error = await ada.refused(routes.models.train, { params: { id }, body });
    expect(error).toMatchObject({ status: 422, code: 'UNTRAINABLE' });
    expect(error.error).toMatch(/import it again/);
  });

  const exported = ['gradient_boosting', 'nearest_neighbors'] as const;
  it.each(exported)('that was exported here predicts what it predicted here: %s', async (algorithm) => {
    const data = await readyDatakit(ada);
    const { id } = await newModel(ada);
    const body = {
      datakitId: data.id,
      target: 'grade',
      algorithm,
      validation: { folds: 2 },
    };
    const job = await ada.call(routes.models.train, { params: { id }, body });
    await jobSucceeds(ada, job.id, 60_000);
    await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
    const response = await fetch(`${server.url}/api/v1/models/${id}/export`, {
      headers: { authorization: `Bearer ${ada.token}` },
    });
    expect(response.headers.get('content-type')).toBe('application/onnx');
    expect(response.headers.get('content-disposition')).toContain('Grades%20v1.onnx');
    const { ask } = await served(new Uint8Array(await response.arrayBuffer()), { name: 'Back again' });
    const inputs = ['Bern', 'Köln', 'nowhere', null].flatMap((city) =>
      [0, 20, 30, null].map((hours) => ({ hours, city, rainfall: 3.5 })),
    );
    const { predictions } = await ada.call(routes.models.predict, { params: { id }, body: { inputs } });
    const again = await ask(inputs);
    expect(again.map(({ label }) => label)).toEqual(predictions.map(({ label }) => label));
    predictions.forEach(({ probabilities }, i) =>
      expect(again[i]?.probabilities?.['pass']).toBeCloseTo(probabilities?.['pass'] ?? 0, 6),
    );
    const json = await ada.request('GET', `/api/v1/models/${id}/export?format=json`);
    expect(json.body).toMatchObject({
      format: 'quadrax-model',
      algorithm,
      schema: { target: 'grade', classes: ['fail', 'pass'] },
      pipeline: { estimator: { outputs: 2 } },
    });
  });
});

describe('a file that is no ONNX', () => {
  const zipOf = (name: string): Uint8Array =>
    Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(26), Buffer.from(`${name}rest`)]);
  it.each([
    ['a pickle', Buffer.from([0x80, 4, 0x95, 10, 0, 0]), /pickle.*skl2onnx/],
    ['an old pickle', 'csklearn.svm\nSVC\np0\n.', /pickle/],
    ['a compressed joblib dump', Buffer.from([0x78, 0x9c, 1, 2, 3]), /joblib/],
    ['a PyTorch archive', zipOf('archive/data.pkl'), /PyTorch.*torch\.onnx/],
    ['a Keras archive', zipOf('model.weights.h5'), /tf2onnx/],
    ['an HDF5 file', Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a]), /HDF5/],
    ['a SavedModel', Buffer.concat([Buffer.from([8, 1, 0x12, 9]), Buffer.from('serve')]), /SavedModel/],
    ['an XGBoost file', '{"learner": {}}', /convert_xgboost/],
    ['a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /no ONNX file/],
  ])('such as %s is told by its content and refused with what to do', async (_what, content, advice) => {
    const error = await refused(content, 'model.onnx');
    expect(error).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' });
    expect(error.error).toMatch(advice);
  });
});

describe('a file that would do harm', () => {
  const whole = perceptron();
  it.each([
    ['cut short', whole.subarray(0, whole.length - 20), 'UNREADABLE_FILE', /damaged or cut short/],
    ['empty', new Uint8Array(0), 'EMPTY_FILE', /empty/],
    ['without a graph', Uint8Array.of(8, 8), 'UNREADABLE_FILE', /no graph/],
    ['of own operators', customOperator(), 'UNUSABLE_MODEL', /Abs of com\.example/],
    ['of pictures', ofPictures(), 'UNUSABLE_MODEL', /4 dimensions/],
    ['of columns that nobody names', treeClassifier(), 'UNUSABLE_MODEL', /Name them in "features"/],
    ['that loops for ever', endlessLoop(), 'UNUSABLE_MODEL', /longer than/],
    ['that unfolds to gigabytes', unfolding(3000), 'UNUSABLE_MODEL', /memory/],
  ])('%s is refused with a clear sentence', async (_what, content, code, words) => {
    const error = await refused(content);
    expect(error.error).toMatch(words);
    expect(error).toMatchObject({ code });
  });

  it('because its weights are elsewhere is refused', async () => {
    const elsewhere = addsWeights((weights) => {
      weights.externalData = [entry('location', '/etc/passwd')];
      weights.rawData = new Uint8Array(0);
    });
    expect((await refused(elsewhere)).error).toMatch(/another file/);
  });

  it('because its weights claim more than they hold is refused', async () => {
    const huge = addsWeights((weights) => {
      weights.dims = [1_000_000_000_000n, 2n];
    });
    expect((await refused(huge)).error).toMatch(/claims 2000000000000 values and holds 2/);
  });

  it('leaves the server able to answer', async () => {
    const { ask } = await served(sumModel());
    expect(await ask({ x_0: 1, x_1: 1 })).toEqual([{ value: 2 }]);
  });
});

it('that is slow keeps nobody of another workspace waiting behind its own', async () => {
  const bob = await server.register();
  const { id } = await bob.call(routes.models.import, { form: importForm(sumModel(), 'sum.onnx') });
  await bob.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
  const { ask } = await served(loopOf(100_000n));
  const order: string[] = [];
  const ten = Array.from({ length: 10 }, async () => {
    await ask({ x_0: 1, x_1: 1 });
    order.push('slow');
  });
  await Promise.race(ten);
  await bob.call(routes.models.predict, { params: { id }, body: { inputs: { x_0: 1, x_1: 1 } } });
  order.push('other');
  await Promise.all(ten);
  expect(order).toHaveLength(11);
  expect(order.indexOf('other')).toBeLessThanOrEqual(5);
});

it('says how to install onnxruntime where it is missing', async () => {
  const without = `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) => {
      if (name !== 'onnxruntime-node') return next(name, context);
      throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
    }});`)}`;
  const bare = await spawnServer({ env: { NODE_OPTIONS: `--import ${without}` } });
  try {
    const bob = await bare.register();
    const error = await bob.refused(routes.models.import, { form: importForm(sumModel(), 'sum.onnx') });
    expect(error).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(error.error).toMatch(/npm install --include=optional/);
  } finally {
    await bare.cleanUp();
  }
});
