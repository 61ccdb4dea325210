import { routes } from '@quadrax/contract';
import type { Job, Model } from '@quadrax/contract';
import {
  importForm,
  newModel,
  populate,
  readyDatakit,
  startTestServer,
  sumModel,
  waitForJob,
} from '@quadrax/testkit';
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

describe('a text that cannot be stored is refused at its field:', () => {
  const characters = [
    ['U+0000', 'a\u0000b'],
    ['half a character', 'a\ud800b'],
  ] as const;
  const told = (field: string) => ({
    status: 400,
    code: 'VALIDATION_FAILED',
    details: [{ field, message: expect.stringMatching(/cannot be stored/) }],
  });

  it.each(characters)('%s in a body', async (_what, text) => {
    const body = { name: 'Good', description: text, type: 'CLASSIFICATION' };
    expect(await ada.refused(routes.models.create, { body })).toMatchObject(told('description'));
  });

  it.each(characters)('%s in a list within a body', async (_what, text) => {
    const { id } = await newModel(ada);
    const body = { datakitId: id, target: 'grade', features: ['hours', text] };
    expect(await ada.refused(routes.models.train, { params: { id }, body })).toMatchObject(
      told('features.1'),
    );
  });

  it('and a whole one is not, though it was escaped', async () => {
    const reply = await ada.request('POST', '/api/v1/models', {
      headers: { 'content-type': 'application/json' },
      body: String.raw`{"name":"Smile \ud83d\ude00","type":"REGRESSION"}`,
    });
    expect(reply).toMatchObject({ status: 201, body: { data: { name: 'Smile 😀' } } });
  });

  it('U+0000 in a query', async () => {
    expect(await ada.refused(routes.models.list, { query: { name: 'a\u0000' } })).toMatchObject(told('name'));
  });

  it('U+0000 in a field of a form', async () => {
    const form = importForm(sumModel(), 'sum.onnx', { description: 'a\u0000b' });
    expect(await ada.refused(routes.models.import, { form })).toMatchObject(told('description'));
  });
});

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

describe('a long parameter of a path', () => {
  const path = (length: number) => encodeURIComponent('ü'.repeat(length));

  it.each([201, 1000])('of %i characters breaks the rule of its route', async (length) => {
    expect(await ada.request('GET', `/api/v1/models/${path(length)}`)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', details: [{ field: 'id' }] },
    });
  });

  it('leads nowhere when no parameter is as long', async () => {
    expect(await ada.request('GET', `/api/v1/models/${'x'.repeat(5000)}`)).toMatchObject({
      status: 404,
      body: { success: false, code: 'NOT_FOUND' },
    });
  });

  it('may be the name of a model, as far as names go', async () => {
    const name = 'ü'.repeat(255);
    await newModel(ada, { name });
    const reply = await ada.request('GET', `/v2/models/${encodeURIComponent(name)}`);
    expect(reply).toMatchObject({ status: 409, body: { error: expect.stringMatching(/not deployed/) } });
  });

  it.each([
    ['a name of 256 characters', `models/${path(256)}`, 400],
    ['a name of 5,000 characters', `models/${'x'.repeat(5000)}`, 404],
    ['a version of 300 characters', `models/x/versions/${'1'.repeat(300)}/ready`, 400],
    ['an address that is none', 'nowhere', 404],
    ['a broken escape', 'models/%ff', 404],
  ])('is refused by the Open Inference Protocol in its own shape: %s', async (_what, address, status) => {
    const reply = await ada.request('GET', `/v2/${address}`);
    expect(reply).toMatchObject({ status, body: { error: expect.any(String) } });
    expect(Object.keys(reply.body as object)).toEqual(['error']);
  });
});
