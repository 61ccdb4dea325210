import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { newModel, quickTraining, readyDatakit, startTestServer, waitForJob } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterEach, expect, it } from 'vitest';

let server: TestServer;
afterEach(() => server.close());

const filesIn = async (...folder: string[]): Promise<string[]> => {
  const entries = await readdir(join(server.dataDir, 'objects', ...folder), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

it('a training whose model was deleted meanwhile leaves no bytes behind', async () => {
  server = await startTestServer();
  const ada = await server.register();
  const { id: datakitId } = await readyDatakit(ada);
  const { id } = await newModel(ada);
  const job = await ada.call(routes.models.train, { params: { id }, body: quickTraining(datakitId) });
  await server.database.owner('UPDATE quadrax.models SET deleted_at = now() WHERE id = $1', [id]);
  expect(await waitForJob(ada, job.id)).toMatchObject({
    status: 'FAILED',
    error: { message: 'The model was deleted while it was trained.' },
  });
  expect(
    await server.database.owner(
      `SELECT category FROM quadrax.objects WHERE tenant_id = $1 AND (state = 'pending' OR category = 'models' AND bytes > 0)`,
      [ada.tenantId],
    ),
  ).toEqual([]);
  expect(await filesIn(ada.tenantId, 'models')).toEqual([]);
});

it('a sample that no virus scanner looked at leaves no bytes behind', async () => {
  server = await startTestServer({ env: { CLAMD_HOST: '127.0.0.1:1' }, mayLogErrors: true });
  const ada = await server.register();
  const [sample] = await ada.call(routes.datakits.samples);
  const refused = await ada.refused(routes.datakits.addSample, { params: { sample: sample?.name ?? '' } });
  expect(refused).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
  expect(await filesIn('.scratch')).toEqual([]);
});
