import { statfs } from 'node:fs/promises';
import { routes } from '@quadrax/contract';
import { startTestServer } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { startUpload, cancelUpload } = routes.datakits;

let server: TestServer;
beforeAll(async () => {
  // Whoever runs a server learns from its log that it has no room.
  server = await startTestServer({ env: { MAX_FILE_SIZE: '1000TB' }, mayLogErrors: true });
});
afterAll(() => server.close());

it('an upload that is begun is promised room: a further one of the tenant must fit beside it', async () => {
  const ada = await server.register();
  const { bavail, bsize } = await statfs(server.dataDir);
  // More than half of what is free, whatever others on this machine write meanwhile.
  const body = { fileName: 'large.csv', bytes: Math.floor(bavail * bsize * 0.6) };
  const first = await ada.call(startUpload, { body });
  expect(await ada.refused(startUpload, { body })).toMatchObject({ status: 507, code: 'NO_SPACE' });
  await ada.call(startUpload, { body: { fileName: 'small.csv', bytes: 10 } });
  await ada.call(cancelUpload, { params: { id: first.id } });
  const replies = await Promise.all([1, 2, 3, 4].map(() => ada.send(startUpload, { body })));
  expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 507, 507, 507]);
  const bob = await server.register();
  expect((await bob.send(startUpload, { body })).status).toBe(201);
});
