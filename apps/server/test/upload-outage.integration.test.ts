import { once } from 'node:events';
import { routes } from '@quadrax/contract';
import { asOperator, eventually, gradesCsv, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendByHand } from './upload-by-hand.ts';

const { startUpload, getUpload, appendUpload, completeUpload } = routes.datakits;
const csv = Buffer.from(gradesCsv());

let server: TestServer;
let ada: TestClient;
beforeAll(async () => {
  server = await startTestServer({ mayLogErrors: true });
  ada = await server.register();
});
afterAll(() => server.close());

const start = async (): Promise<string> => {
  const { id } = await ada.call(startUpload, { body: { fileName: 'grades.csv', bytes: csv.length } });
  return id;
};

const turnTaken = (id: string, taken: boolean): Promise<unknown> =>
  eventually(
    `its turn is ${taken ? 'taken' : 'free'}`,
    () =>
      server.database.owner<{ turn: string | null }>('SELECT turn FROM quadrax.uploads WHERE id = $1', [id]),
    ([row]) => row !== undefined && (row.turn !== null) === taken,
  );

it('a part that came while the database was away is sent again, to the same process', async () => {
  const id = await start();
  const socket = await appendByHand(ada, id, 0, csv.length, csv.subarray(0, 300));
  await turnTaken(id, true);
  const restore = await server.database.cutOff();
  socket.write(csv.subarray(300));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toContain(' 503 ');
  socket.destroy();
  await restore();
  await turnTaken(id, false);
  const { offset } = await ada.call(getUpload, { params: { id } });
  const sent = await ada.send(appendUpload, {
    params: { id },
    headers: { 'upload-offset': String(offset) },
    bytes: new Uint8Array(csv.subarray(offset)),
  });
  expect(sent.status, sent.text).toBe(200);
  expect(await ada.call(completeUpload, { params: { id } })).toMatchObject({ sizeBytes: csv.length });
});

it('an upload whose writer was not heard of until it expired is removed', async () => {
  const id = await start();
  await server.database.owner(
    `UPDATE quadrax.uploads SET writer = gen_random_uuid(), turn = gen_random_uuid(), expires_at = now() - interval '1 s'
     WHERE id = $1`,
    [id],
  );
  const operator = await asOperator(server.database, await server.register());
  const { figures } = await operator.call(routes.upkeep.run, { params: { name: 'uploads' } });
  expect(figures).toEqual({ removed: 1 });
});
