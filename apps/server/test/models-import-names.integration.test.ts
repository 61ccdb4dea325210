import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { importForm, startTestServer, sumModel } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  classifierOf,
  ofImpossibleShape,
  ofUnknownType,
  perceptron,
  strictCities,
  sumOf,
} from './onnx-models.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

const imported = (file: Uint8Array, fields: Record<string, string> = {}, name = 'model.onnx') =>
  ada.call(routes.models.import, { form: importForm(file, name, fields) });

const deployed = async (file: Uint8Array, fields: Record<string, string> = {}): Promise<string> => {
  const { id } = await imported(file, fields);
  await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
  return id;
};

const predicted = async (id: string, inputs: unknown) =>
  (await ada.call(routes.models.predict, { params: { id }, body: { inputs } })).predictions;

const kept = async () => [
  await readdir(join(server.dataDir, 'objects'), { recursive: true }),
  (await ada.page(routes.models.list)).meta.total,
];

const refused = async (file: Uint8Array, fields: Record<string, string> = {}) => {
  const before = await kept();
  const error = await ada.refused(routes.models.import, { form: importForm(file, 'model.onnx', fields) });
  expect(await kept()).toEqual(before);
  expect(error.error.length).toBeLessThan(400);
  return error;
};

const long = 'n'.repeat(100_000);

describe('the names that a form gives', () => {
  it.each([
    ['"__proto__"', '["a", "__proto__"]', /feature 2 is "__proto__", which cannot be a name/],
    ['"constructor"', 'constructor, b', /feature 1 is "constructor"/],
    ['the same twice', 'a, a', /Features 1 and 2 have the same name "a"/],
    ['an empty one', 'a,', /feature 2 is empty/],
    ['one of spaces', '["a", "  "]', /feature 2 is empty/],
    ['one of a control character', String.raw`["a", "b\u0000"]`, /feature 2 holds a control character/],
    ['half a character', String.raw`["a", "b\ud800"]`, /feature 2 holds a control character, or half of one/],
    ['one of 2,000 characters', `a,${long.slice(0, 2000)}`, /feature 2 has 2000 characters; 1000 are/],
    ['20,000 of them', Array.from({ length: 20_000 }, (_unused, i) => i % 10).join(','), /20000 features/],
    ['one of 100,000 characters', long, /too long/],
    ['no list', '[1, 2]', /commas/],
  ])('for the features are refused at the field: %s', async (_what, features, words) => {
    const error = await refused(perceptron(), { features });
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', details: [{ field: 'features' }] });
    expect(error.details?.[0]?.message).toMatch(words);
  });

  it.each([
    ['"__proto__"', '["low", "__proto__", "high"]', /class 2 is "__proto__"/],
    ['the same twice', 'low,high,low', /Classes 1 and 3 have the same name "low"/],
    ['an empty one', 'low,,high', /class 2 is empty/],
  ])('for the classes are refused at the field: %s', async (_what, classes, words) => {
    const error = await refused(perceptron(), { classes });
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', details: [{ field: 'classes' }] });
    expect(error.error).toMatch(words);
  });

  it.each([
    ['too few features', { features: 'a' }, 'features', /takes 2 values a row, and "features" gives 1/],
    ['too many classes', { classes: 'a,b,c,d' }, 'classes', /3 classes apart, and "classes" gives 4/],
  ])('are refused where the file has other numbers of them: %s', async (_what, fields, field, words) => {
    const error = await refused(perceptron(), fields);
    expect(error).toMatchObject({ status: 422, code: 'UNUSABLE_MODEL', details: [{ field }] });
    expect(error.error).toMatch(words);
  });

  it('are refused for classes where the model gives a number', async () => {
    const error = await refused(sumModel(), { classes: 'a,b' });
    expect(error).toMatchObject({ status: 422, details: [{ field: 'classes' }] });
  });
});

describe('the names that a file has', () => {
  it.each([
    ['"__proto__"', sumOf(['a', '__proto__']), 'model', /input 2 is "__proto__"/],
    ['100,000 characters', sumOf(['a', long]), 'model', /input 2 has 100000 characters/],
    ['a control character', sumOf(['a', 'b\u0000']), 'model', /input 2 holds a control character/],
    ['a long output', sumOf(['a', 'b'], long), 'model', /output 1 has 100000 characters/],
    ['a class "__proto__"', classifierOf(['a', '__proto__']), 'classes', /class 2 is "__proto__"/],
    ['two classes alike', classifierOf(['a', 'b', 'a']), 'classes', /Classes 1 and 3 have the same name "a"/],
    ['a class without a name', classifierOf(['a', '']), 'classes', /class 2 is empty/],
  ])('are refused with a sentence: %s', async (_what, file, field, words) => {
    const error = await refused(file);
    expect(error).toMatchObject({ status: 422, code: 'UNUSABLE_MODEL', details: [{ field }] });
    expect(error.error).toMatch(words);
  });

  it('are mended by those of the form', async () => {
    const id = await deployed(classifierOf(['a', 'b', 'a']), { classes: 'low,middle,high' });
    const [prediction] = await predicted(id, { x_0: 1, x_1: 0 });
    expect(Object.keys(prediction?.probabilities ?? {})).toEqual(['low', 'middle', 'high']);
  });

  it('may be those of what objects inherit: no feature and no class is lost', async () => {
    const id = await deployed(sumOf(['toString', 'hasOwnProperty', 'valueOf']));
    expect(await predicted(id, { toString: 1, hasOwnProperty: 2, valueOf: 4 })).toEqual([{ value: 7 }]);
    const missing = await ada.refused(routes.models.predict, {
      params: { id },
      body: { inputs: { hasOwnProperty: 2, valueOf: 4 } },
    });
    expect(missing).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'toString' }] });
    const classes = await deployed(classifierOf(['toString', 'valueOf']));
    const [prediction] = await predicted(classes, { x_0: 0, x_1: 0 });
    expect(prediction?.probabilities).toEqual({ toString: 0.5, valueOf: 0.5 });
  });
});

it.each([
  ['a tensor of an unknown type', ofUnknownType(), /cannot load it \(This is an invalid model/],
  ['a shape that cannot be', ofImpossibleShape(), /cannot run it \(.*cannot be reshaped/],
])('what onnxruntime says of %s is told without the names of its functions', async (_what, file, words) => {
  const error = await refused(file);
  expect(error).toMatchObject({ status: 422, details: [{ field: 'model' }] });
  expect(error.error).toMatch(words);
  expect(error.error).not.toMatch(/::|std|const /);
});

it('a file name with a control character becomes a name without', async () => {
  const { name } = await imported(sumModel(), {}, 'my\u0001model.onnx');
  expect(name).toBe('my model');
});

describe('a value that an imported model cannot compute with', () => {
  const good = { size: 10, city: 'Bern', rooms: 3, garden: true };
  const wrong: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['a text where a number is wanted', { size: 'large' }, /size must be a number/],
    ['a missing feature', { size: undefined }, /size is missing/],
    ['a missing number', { size: null }, /size is missing, and the model cannot compute without it/],
    ['a number too large for it', { size: 1e300 }, /size is 1e\+300, which the model cannot compute with/],
    ['an unknown category', { city: 'Paris' }, /city is "Paris".* It knows Bern, Köln\./],
    ['a text that is too long', { city: 'x'.repeat(100_000) }, /city is "xxx/],
    ['half a number', { rooms: 1.5 }, /rooms must be a whole number/],
    ['no whole number', { rooms: null }, /rooms must be a whole number, and cannot be missing/],
    ['what is neither true nor false', { garden: 'maybe' }, /garden must be true or false/],
  ];
  let id: string;
  beforeAll(async () => {
    id = await deployed(strictCities());
  });

  it.each(wrong)('is told with its field: %s', async (_what, changes, words) => {
    const field = Object.keys(changes)[0] ?? '';
    const ask = (inputs: unknown) => ada.refused(routes.models.predict, { params: { id }, body: { inputs } });
    const error = await ask({ ...good, ...changes });
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', details: [{ field }] });
    expect(error.error).toMatch(words);
    expect(error.error.length).toBeLessThan(300);
    const among = await ask([good, good, { ...good, ...changes }, good]);
    expect(among.details?.[0]?.field).toBe(`inputs[2].${field}`);
  });

  it('is told by the Open Inference Protocol in its own shape', async () => {
    const inputs = [
      { name: 'size', shape: [2], datatype: 'FP64', data: [1, 2] },
      { name: 'city', shape: [2], datatype: 'BYTES', data: ['Bern', 'Paris'] },
      { name: 'rooms', shape: [2], datatype: 'INT64', data: [1, 2] },
      { name: 'garden', shape: [2], datatype: 'BOOL', data: [true, false] },
    ];
    const reply = await ada.request('POST', `/v2/models/${id}/infer`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    });
    expect(reply).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^inputs\[1\]\.city: city is "Paris"/) },
    });
  });

  it('does not keep the model from answering the next', async () => {
    expect(await predicted(id, [good, { ...good, city: 'Köln', garden: false }])).toEqual([
      { value: 114 },
      { value: 213 },
    ]);
  });

  it('is refused in a model of one row at a time, with the place of its row', async () => {
    const own = await deployed(sumOf(['length', 'width'], 'y', 1));
    const error = await ada.refused(routes.models.predict, {
      params: { id: own },
      body: {
        inputs: [
          { length: 1, width: 1 },
          { length: 1, width: null },
        ],
      },
    });
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'inputs[1].width' }] });
  });
});
