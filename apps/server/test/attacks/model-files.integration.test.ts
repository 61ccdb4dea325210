import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { importForm, startTestServer, sumModel } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { endlessLoop, loopOf, perceptron, unfolding } from '../onnx-models.ts';
import {
  bent,
  bottomless,
  cutAt,
  fills,
  graphOfTwoGigabytes,
  joblibOf,
  loopsByRow,
  nested,
  pickleThatRuns,
  unfoldsByRow,
  weightsElsewhere,
  weightsOfTwoGigabytes,
  weightsThatOverflow,
  wide,
  zipOf,
} from './hostile-models.ts';
import { demandHealth, keptBy } from './aftermath.ts';

// Which kinds of files are told apart is in ../models-import.integration.test.ts, names that no model may have in
// ../models-import-names.integration.test.ts.

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { models } = routes;

let server: TestServer;
let ada: TestClient;
/** A model that is well and deployed. */
let sums: string;

const deployed = async (file: Uint8Array): Promise<string> => {
  const { id } = await ada.call(models.import, { form: importForm(file, 'model.onnx') });
  await ada.call(models.deploy, { params: { id }, body: { version: 1 } });
  return id;
};

const predict = (id: string, inputs: object) =>
  ada.send(models.predict, { params: { id }, body: { inputs } });

beforeAll(async () => {
  server = await startTestServer({ env: { COMPUTE_MEMORY_MB: '512', MODEL_TRIAL_MS: '5000' } });
  ada = await server.register();
  sums = await deployed(sumModel());
});
afterAll(() => server.close());
afterEach(async () => {
  await demandHealth(server);
  await ada.call(models.predict, { params: { id: sums }, body: { inputs: { x_0: 1, x_1: 2 } } });
});

/** Refused, and as though it had never come; no word of the machine's own. */
const offered = async (file: Uint8Array, name = 'model.onnx') => {
  const before = await keptBy(server);
  const error = await ada.refused(models.import, { form: importForm(file, name) });
  expect(await keptBy(server)).toEqual(before);
  expect(error.error).not.toMatch(/\/(work|tmp|home|etc|root)\b|\.cc\b|node_modules/);
  return error;
};

describe('a pickle is told by its bytes and never opened:', () => {
  const ran = join(import.meta.dirname, 'a-pickle-ran');
  const command = `touch ${ran}`;
  const [text, binary] = [pickleThatRuns(command, 0), pickleThatRuns(command, 4)];

  it.each<[what: string, name: string, file: Buffer, advice: RegExp]>([
    ['of scikit-learn', 'model.pkl', binary, /skl2onnx/],
    ['renamed', 'model.onnx', binary, /none is ever opened here/],
    ['written as text, renamed', 'model.onnx', text, /none is ever opened here/],
    ['of joblib, compressed', 'model.joblib', joblibOf(binary), /skl2onnx/],
    ['of joblib, renamed', 'model.onnx', joblibOf(binary), /skl2onnx/],
    ['of PyTorch, in a zip', 'model.pt', zipOf('archive/data.pkl', binary), /torch\.onnx\.export/],
    ['of PyTorch, renamed', 'model.onnx', zipOf('archive/data.pkl', binary), /torch\.onnx\.export/],
    ['of PyTorch, behind other files', 'm.onnx', zipOf('first', Buffer.alloc(9000)), /zip archive/],
  ])('%s', async (_what, name, file, advice) => {
    const error = await offered(file, name);
    expect(error).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' });
    expect(error.error).toMatch(advice);
    await expect(access(ran)).rejects.toThrow('ENOENT');
  });
});

describe('a damaged file', () => {
  const whole = perceptron();

  it.each([0.05, 0.35, 0.65, 0.95])('is refused where %d of it came', async (share) => {
    expect(await offered(cutAt(whole, share))).toMatchObject({ status: 422, code: 'UNREADABLE_FILE' });
  });

  it.each([
    [1, 'UNREADABLE_FILE'],
    [2, 'UNUSABLE_MODEL'],
    [3, 'UNUSABLE_MODEL'],
    [4, 'UNREADABLE_FILE'],
    [7, 'UNUSABLE_MODEL'],
  ])('is refused with three bytes changed at random (seed %i)', async (seed, code) => {
    expect(await offered(bent(whole, 3, seed))).toMatchObject({ status: 422, code });
  });
});

describe('a hostile file is refused:', () => {
  it.each<[what: string, file: () => Uint8Array, code: string, words: RegExp]>([
    [
      'weights of ../../etc/passwd',
      () => weightsElsewhere('../../etc/passwd'),
      'UNUSABLE_MODEL',
      /another file/,
    ],
    ['weights of /etc/passwd', () => weightsElsewhere('/etc/passwd'), 'UNUSABLE_MODEL', /another file/],
    [
      'weights that claim 2 GB',
      weightsOfTwoGigabytes,
      'UNUSABLE_MODEL',
      /claims 536870912 values and holds 0/,
    ],
    [
      'weights whose size overflows',
      weightsThatOverflow,
      'UNUSABLE_MODEL',
      /claims 18446744073709551616 values/,
    ],
    ['a graph that claims 2 GB', graphOfTwoGigabytes, 'UNREADABLE_FILE', /damaged or cut short/],
    ['rows of a million values', () => wide(1_000_000), 'UNUSABLE_MODEL', /10000 are the most/],
    ['rows of 2^52 values', () => wide(2 ** 52), 'UNUSABLE_MODEL', /10000 are the most/],
    ['graphs 20 deep', () => nested(20), 'UNUSABLE_MODEL', /nested more than 16 deep/],
    ['graphs 150 deep', () => nested(150), 'UNREADABLE_FILE', /damaged/],
    ['graphs 3,000 deep', () => bottomless(3000), 'UNREADABLE_FILE', /damaged/],
    ['4 GB of ones', () => unfolding(4000), 'UNUSABLE_MODEL', /memory/],
    ['a million million zeros', () => fills(10n ** 12n), 'UNUSABLE_MODEL', /cannot run it/],
  ])('%s', async (_what, file, code, words) => {
    const error = await offered(file());
    expect(error).toMatchObject({ status: 422, code, details: [{ field: 'model' }] });
    expect(error.error).toMatch(words);
  });

  it('loops that have no end, and that are long', async () => {
    const before = await keptBy(server);
    const refusals = [endlessLoop(), loopOf(2_000_000_000n)].map((file) =>
      ada.refused(models.import, { form: importForm(file, 'loop.onnx') }),
    );
    for (const error of await Promise.all(refusals))
      expect(error).toMatchObject({
        status: 422,
        code: 'UNUSABLE_MODEL',
        error: 'The model cannot be served: It took longer than 5 seconds.',
      });
    expect(await keptBy(server)).toEqual(before);
  });

  it('what is harmless until it is asked takes its own process down and no other', async () => {
    const [loops, unfolds] = [await deployed(loopsByRow()), await deployed(unfoldsByRow())];
    for (const id of [loops, unfolds]) expect(await predict(id, { x: 3 })).toMatchObject({ status: 200 });
    const [late, large] = await Promise.all([predict(loops, { x: 1e15 }), predict(unfolds, { x: 1e9 })]);
    expect(late).toMatchObject({ status: 422, body: { code: 'UNUSABLE_MODEL' } });
    expect(late.text).toMatch(/longer than 10 seconds/);
    expect(large).toMatchObject({ status: 422, body: { code: 'UNUSABLE_MODEL' } });
    expect(large.text).toMatch(/more memory than a compute process may use/);
    for (const id of [loops, unfolds]) expect(await predict(id, { x: 3 })).toMatchObject({ status: 200 });
  });

  it('and none of them was loaded by the process that answers', () => {
    const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
    expect(sharedObjects.filter((file) => file.includes('node_modules'))).not.toEqual([]);
    expect(sharedObjects.filter((file) => /onnxruntime/.test(file))).toEqual([]);
  });
});
