import { routes } from '@quadrax/contract';
import { populate, spawnServer, startTestServer } from '@quadrax/testkit';
import { expect, it } from 'vitest';

it('starts', async () => {
  const t = performance.now();
  const server = await startTestServer();
  console.log('up', performance.now() - t);
  const ada = await server.register();
  console.log(await ada.call(routes.identity.me));
  await server.close();
  console.log('closed', performance.now() - t);
});
it('populates', async () => {
  const server = await startTestServer();
  const t = performance.now();
  const p = await populate(await server.register());
  console.log('populated', performance.now() - t, p.model);
  await server.close();
});
it('spawns', async () => {
  const t = performance.now();
  const server = await spawnServer();
  console.log('up', performance.now() - t);
  expect(await server.stop()).toBe(0);
  await server.cleanUp();
  console.log(performance.now() - t);
});
