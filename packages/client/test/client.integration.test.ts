import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTestServer } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '@quadrax/client';
import type { EventPayload, QuadraxClient, Tokens } from '@quadrax/client';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const password = 'correct horse battery';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const registered = async (email: string, onTokens?: (tokens: Tokens | undefined) => void) => {
  const client = createClient({ baseUrl: server.url, ...(onTokens && { onTokens }) });
  await client.auth.register({ email, password, firstName: 'Ann', lastName: 'Lee' });
  return client;
};

const table = (rows: number): Blob =>
  new Blob([`x,y\n${Array.from({ length: rows }, (_, x) => `${x},${2 * x}`).join('\n')}\n`]);

const upload = async (client: QuadraxClient, name: string) => {
  const sent = await client.datakits.upload(table(30), { fileName: 'table.csv', name });
  await client.jobs.wait(sent);
  return sent.id;
};

describe('the example of the README', { timeout: 120_000 }, () => {
  it('runs as it stands', async () => {
    const [, example = ''] =
      /```ts\n([^]*?)```/.exec(await readFile(join(packageFolder, 'README.md'), 'utf8')) ?? [];
    const program = join(packageFolder, 'build', 'readme-example.ts');
    try {
      await mkdir(join(packageFolder, 'build'), { recursive: true });
      await writeFile(program, example);
      // Nothing but where the test's own server is; the example names the address that a server has by default.
      const env = { QUADRAX_URL: server.url };
      const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
      expect(stdout).toBe('Gentoo\n');
    } finally {
      await rm(program);
    }
  });
});

describe('against a server', () => {
  it('events arrive while somebody listens', async () => {
    const client = await registered('events@example.com');
    const heard = Promise.withResolvers<EventPayload<'datakit.ready'>>();
    const stop = client.events.on('datakit.ready', heard.resolve);
    while (!client.events.connected()) await client.account.me();
    const id = await upload(client, 'Heard');
    expect(await heard.promise).toEqual({ id, status: 'READY' });
    stop();
    expect(client.events.connected()).toBe(false);
  });
  it('a list is walked over all its pages', async () => {
    const client = await registered('pages@example.com');
    const made: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      made.push((await client.models.create({ name, type: 'REGRESSION' })).id);
    const walked: string[] = [];
    for await (const { id } of client.models.list({ limit: 2 })) walked.push(id);
    expect(walked).toEqual(made.toReversed());
    expect((await client.models.list({ limit: 2 })).items).toHaveLength(2);
  });
  it('a prediction is put off to a job, which has what it would have answered', async () => {
    const client = await registered('later@example.com');
    const datakitId = await upload(client, 'Put off');
    const { id } = await client.models.create({ name: 'Double', type: 'REGRESSION' });
    await client.jobs.wait(await client.models.train(id, { datakitId, target: 'y', algorithm: 'linear' }));
    await client.models.deploy(id, { version: 1 });
    const { result } = await client.jobs.wait(await client.models.predict.later(id, [{ x: 3 }, { x: 4 }]));
    // Typed as the call itself is.
    const values: (number | undefined)[] = result.predictions.map(({ value }) => value);
    expect(values).toHaveLength(2);
    expect(result).toEqual(await client.models.predict(id, [{ x: 3 }, { x: 4 }]));
  });
  it('a preview counts the rows that pass, and a download is the file', async () => {
    const client = await registered('preview@example.com');
    const id = await upload(client, 'Shown');
    const filter = JSON.stringify([{ column: 'x', operator: '<', value: 10 }]);
    const { rows, total } = await client.datakits.preview(id, { limit: 3, filter, sort: '-x' });
    expect({ rows, total }).toEqual({
      rows: [
        [9, 18],
        [8, 16],
        [7, 14],
      ],
      total: 10,
    });
    expect(await (await client.datakits.download(id)).text()).toBe(await table(30).text());
  });
  it('a creation that is repeated with its key is made once', async () => {
    const client = await registered('keys@example.com');
    const form = { name: 'Once', type: 'REGRESSION' } as const;
    const first = await client.models.create(form, { idempotencyKey: 'key-1' });
    const second = await client.models.create(form, { idempotencyKey: 'key-1' });
    expect(second.id).toBe(first.id);
    expect((await client.models.list()).items).toHaveLength(1);
  });
  it('a session goes on from its refresh token, and ends at the sign-out', async () => {
    let kept: Tokens | undefined;
    await registered('session@example.com', (tokens) => {
      kept = tokens;
    });
    const later = createClient({ baseUrl: server.url, refreshToken: kept?.refreshToken });
    expect(await later.account.me()).toMatchObject({ email: 'session@example.com' });
    await later.auth.logout();
    await expect(later.account.me()).rejects.toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});
