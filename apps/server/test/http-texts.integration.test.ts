import { routes } from '@quadrax/contract';
import { importForm, newModel, startTestServer, sumModel } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
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

  it('U+0000 in a query', async () => {
    expect(await ada.refused(routes.models.list, { query: { name: 'a\u0000' } })).toMatchObject(told('name'));
  });

  it('U+0000 in a field of a form', async () => {
    const form = importForm(sumModel(), 'sum.onnx', { description: 'a\u0000b' });
    expect(await ada.refused(routes.models.import, { form })).toMatchObject(told('description'));
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
