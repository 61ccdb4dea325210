import { routes } from '@quadrax/contract';
import type { Job, Model } from '@quadrax/contract';
import { newModel, populate, readyDatakit, startTestServer, waitForJob } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;
let model: Model;
beforeAll(async () => {
  server = await startTestServer();
  ({ client: ada, model } = await populate(await server.register(), server.database));
});
afterAll(() => server.close());

const emoji = '😀';

describe('a long text is cut between characters, not within one:', () => {
  // One more letter or less before: wherever a cut falls, it falls upon a half in one of the two.
  it.each([998, 999])('what the audit log says of a change, after %i letters', async (letters) => {
    const description = 'a'.repeat(letters) + emoji.repeat(200);
    const made = await newModel(ada, { description });
    expect(made.description).toBe(description);
    const [line] = await server.database.owner<{ said: string }>(
      `SELECT after ->> 'description' AS said FROM quadrax.audit_log WHERE resource_id = $1`,
      [made.id],
    );
    expect(line?.said).toMatch(/^a{998}.*…$/u);
    expect(line?.said.isWellFormed()).toBe(true);
  });

  it.each(['', 'a'])('the values of a column that its profile shows, after "%s"', async (before) => {
    const long = before + emoji.repeat(1500);
    const datakit = await readyDatakit(ada, `name,size\n${long},1\n${long},2\nshort,3\n`);
    const profile = await ada.call(routes.datakits.profile, { params: { id: datakit.id } });
    const shown = profile.columns[0]?.top?.[0]?.value ?? '';
    expect(shown).toMatch(/^a?(?:😀)+…$/u);
  });

  it.each([
    ['', emoji],
    ['a', emoji],
    // Each of them six letters long in JSON: an event holds 8,000 bytes.
    ['', '\u0001'],
    ['', '漢'],
  ])('the error of a job, after "%s", of "%s"', async (before, letter) => {
    const inputs = { hours: 1, rain: 2, [before + letter.repeat(1900)]: 3 };
    const reply = await ada.send(routes.models.predict, {
      params: { id: model.id },
      headers: { prefer: 'respond-async' },
      body: { inputs },
    });
    const job = await waitForJob(ada, (reply.body as { data: Job }).data.id);
    expect(job).toMatchObject({ status: 'FAILED', attempt: 1, error: { code: 'VALIDATION_FAILED' } });
    expect(job.error?.message.isWellFormed()).toBe(true);
    expect(job.error?.message).not.toMatch(/\p{Cc}/u);
  });
});

describe('half of a character', () => {
  it('is refused at its field, and leaves nothing behind', async () => {
    const bodies = [
      { name: 'x\uD83D', type: 'REGRESSION' },
      { name: 'x', type: 'REGRESSION', description: '\uDE00' },
    ];
    for (const body of bodies) {
      const field = body.name === 'x' ? 'description' : 'name';
      expect(await ada.refused(routes.models.create, { body })).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        details: [{ field }],
      });
    }
    const { items } = await ada.page(routes.models.list);
    expect(items.filter(({ name }) => name.startsWith('x'))).toEqual([]);
  });

  it('is not what a whole one looks like that was escaped', async () => {
    const reply = await ada.request('POST', '/api/v1/models', {
      headers: { 'content-type': 'application/json' },
      body: String.raw`{"name":"Smile \ud83d\ude00","type":"REGRESSION"}`,
    });
    expect(reply).toMatchObject({ status: 201, body: { data: { name: 'Smile 😀' } } });
  });
});
