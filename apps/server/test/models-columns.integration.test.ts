import { batchResultSchema, routes } from '@quadrax/contract';
import {
  importForm,
  jobSucceeds,
  newModel,
  quickTraining,
  readyDatakit,
  startTestServer,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let server: TestServer;
let ada: TestClient;
let datakitId: string;

/** Letters of many words, a day, and a grade that the words tell. */
const lettersCsv = (): string => {
  const words = (i: number, from: readonly string[]): string =>
    Array.from({ length: 9 }, (_, k) => from[(i * 7 + k * k * (1 + (i % 5))) % from.length]).join(' ');
  const good = 'thorough clear careful precise complete tidy sound the of and we in work on this'.split(' ');
  const bad = 'missing late wrong vague careless broken thin the of and we in work on this'.split(' ');
  const line = (i: number): string => {
    const day = new Date(Date.UTC(2024, 0, 1 + i * 3)).toISOString().slice(0, 10);
    return `"${words(i, i % 2 ? good : bad)}, number ${i}",${day},${i % 2 ? 'pass' : 'fail'}`;
  };
  return ['remark,day,grade', ...Array.from({ length: 120 }, (_, i) => line(i))].join('\n');
};

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
  datakitId = (await readyDatakit(ada, lettersCsv())).id;
});
afterAll(() => server.close());

const trained = async (changes: Record<string, unknown>) => {
  const { id } = await newModel(ada);
  const body = { ...quickTraining(datakitId), algorithm: 'linear', ...changes };
  const job = await ada.call(routes.models.train, { params: { id }, body });
  await jobSucceeds(ada, job.id, 90_000);
  return { id, version: await ada.call(routes.models.version, { params: { id, version: 1 } }) };
};

describe('a model of text and dates', () => {
  it('learns from them, says how it used them, and is asked with a text', async () => {
    const { id, version } = await trained({});
    expect(version.features.map(({ name, type, use }) => [name, type, use])).toEqual([
      ['remark', 'text', 'text'],
      ['day', 'datetime', 'date_parts'],
    ]);
    expect(version.metrics.accuracy).toBeGreaterThan(0.9);
    await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
    const ask = async (inputs: Record<string, unknown>) =>
      (await ada.call(routes.models.predict, { params: { id }, body: { inputs } })).predictions[0]?.label;
    expect(await ask({ remark: 'Thorough, CLEAR, careful!', day: '2024-05-06' })).toBe('pass');
    expect(await ask({ remark: 'late and wrong', day: '2024-05-06' })).toBe('fail');
    expect(['pass', 'fail']).toContain(await ask(version.example));
  });
});

describe('a model of times of day', () => {
  const opens = (i: number) => `${(i * 7) % 24}:${String((i * 13) % 60).padStart(2, '0')}`;
  const shift = (i: number) => ((i * 7) % 24 < 12 ? 'early' : 'late');
  const shifts = ['starts,shift', ...Array.from({ length: 200 }, (_, i) => `${opens(i)},${shift(i)}`)].join(
    '\n',
  );

  it('learns from them, is asked with one, and predicts a table that has them', async () => {
    const data = await readyDatakit(ada, shifts);
    expect(data.columns[0]).toEqual({ name: 'starts', type: 'time' });
    const { id, version } = await trained({
      datakitId: data.id,
      target: 'shift',
      algorithm: 'gradient_boosting',
    });
    expect(version.features).toMatchObject([
      { name: 'starts', type: 'time', use: 'time_parts', min: expect.any(Number), max: expect.any(Number) },
    ]);
    expect(version.example['starts']).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(version.metrics.accuracy).toBeGreaterThan(0.95);
    await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
    const asked = ['08:30', '8:30 AM', '20:45:10', '9:05 PM', 0].map((starts) => ({ starts }));
    const { predictions } = await ada.call(routes.models.predict, {
      params: { id },
      body: { inputs: asked },
    });
    expect(predictions.map(({ label }) => label)).toEqual(['early', 'early', 'late', 'late', 'early']);
    const error = await ada.refused(routes.models.predict, {
      params: { id },
      body: { inputs: [{ starts: '26:15' }] },
    });
    expect(error.details).toMatchObject([
      { field: 'inputs[0].starts', message: expect.stringContaining('a time of day such as 08:30') },
    ]);
    const body = { datakitId: data.id, name: 'Shifts told' };
    const job = await ada.call(routes.models.predictBatch, { params: { id }, body });
    const { result } = await jobSucceeds(ada, job.id, 60_000);
    const { datakitId: told } = batchResultSchema.parse(result);
    const { rows } = await ada.call(routes.datakits.preview, { params: { id: told }, query: { limit: 200 } });
    expect(rows.every(([, real, label]) => real === label)).toBe(true);

    const words = await readyDatakit(ada, 'starts,n\nnoon,1\nmidnight,2\nnoon,3');
    const refused = await ada.refused(routes.models.predictBatch, {
      params: { id },
      body: { datakitId: words.id },
    });
    expect(JSON.stringify(refused)).toContain('holds words, and the model needs times of day');
  });

  it('that were words when it learnt takes a table in which they are times', async () => {
    const words = ['6:00', '14:00', '22:00', 'noon'];
    const line = (_: unknown, i: number) => `${words[i % 4]},${i % 4 === 1 ? 'late' : 'early'}`;
    const mixed = await readyDatakit(ada, ['starts,shift', ...Array.from({ length: 80 }, line)].join('\n'));
    expect(mixed.columns[0]).toEqual({ name: 'starts', type: 'categorical' });
    const { id } = await trained({ datakitId: mixed.id, target: 'shift', algorithm: 'gradient_boosting' });
    const asked = await readyDatakit(ada, 'starts,shift\n14:00,late\n6:00,early\n22:00,early\n14:00,late');
    expect(asked.columns[0]).toEqual({ name: 'starts', type: 'time' });
    const body = { datakitId: asked.id, name: 'Shifts as before' };
    const job = await ada.call(routes.models.predictBatch, { params: { id }, body });
    const { result } = await jobSucceeds(ada, job.id, 60_000);
    const { datakitId: told } = batchResultSchema.parse(result);
    const { rows } = await ada.call(routes.datakits.preview, { params: { id: told }, query: {} });
    expect(rows.map(([, real, label]) => [real, label])).toEqual(
      ['late', 'early', 'early', 'late'].map((label) => [label, label]),
    );
  });

  it('goes out as ONNX and is asked with times as well when it comes back in', async () => {
    const data = await readyDatakit(ada, shifts);
    const { id } = await trained({ datakitId: data.id, target: 'shift', algorithm: 'nearest_neighbors' });
    const response = await fetch(`${server.url}/api/v1/models/${id}/export`, {
      headers: { authorization: `Bearer ${ada.token}` },
    });
    const file = new Uint8Array(await response.arrayBuffer());
    const back = await ada.call(routes.models.import, { form: importForm(file, 'shifts.onnx', {}) });
    await ada.call(routes.models.deploy, { params: { id: back.id }, body: { version: 1 } });
    const inputs = ['08:30', '9:05 PM', '20:45'].map((starts) => ({ starts }));
    const { predictions } = await ada.call(routes.models.predict, {
      params: { id: back.id },
      body: { inputs },
    });
    expect(predictions.map(({ label }) => label)).toEqual(['early', 'late', 'late']);
  });
});

describe('a threshold', () => {
  it('is found, told with its curve, and decides labels', async () => {
    const { id, version } = await trained({ threshold: 0.999, calibrate: 'platt' });
    expect(version.decision).toEqual({ rule: 0.999, threshold: 0.999, calibrate: 'platt' });
    expect(version.curves.threshold?.chosen).toBe(0.999);
    expect(version.curves.threshold?.points.length).toBeGreaterThan(1);
    await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
    const { predictions } = await ada.call(routes.models.predict, {
      params: { id },
      body: { inputs: [version.example, { remark: 'late and wrong', day: '2024-08-02' }] },
    });
    expect(predictions.map(({ label }) => label)).toEqual(['fail', 'fail']);
  });

  it('is refused at its field where the target has not two classes', async () => {
    const threeGrades = lettersCsv().replaceAll(/,pass$/gm, (_, at: number) => (at % 3 ? ',pass' : ',good'));
    const { id: other } = await readyDatakit(ada, threeGrades);
    const { id } = await newModel(ada);
    const body = { ...quickTraining(other), threshold: 'f1' };
    const refused = await ada.refused(routes.models.train, { params: { id }, body });
    expect(refused).toMatchObject({ code: 'UNTRAINABLE', details: [{ field: 'threshold' }] });
  });
});
