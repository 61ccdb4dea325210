import { routes } from '@quadrax/contract';
import { jobSucceeds, newModel, quickTraining, readyDatakit, startTestServer } from '@quadrax/testkit';
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
