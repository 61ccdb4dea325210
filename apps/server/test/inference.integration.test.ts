import { inferenceErrorSchema, inferenceResponseSchema, routes } from '@quadrax/contract';
import type { ModelMetadata } from '@quadrax/contract';
import {
  allRoutes,
  eventually,
  jobSucceeds,
  newModel,
  populate,
  readyDatakit,
  requestOf,
  startTestServer,
  validRequests,
} from '@quadrax/testkit';
import type { PopulatedTenant, RawReply, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/*
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md, field by field.
 */

let server: TestServer;
let ada: PopulatedTenant;
let regression: string;

/** Days, hours and a yield that follows from them; every kind of feature but text. */
const yieldsCsv = [
  'day,plate,shaken,yield',
  ...Array.from({ length: 60 }, (_unused, i) =>
    [
      new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10),
      (i % 3) + 1 === 3 ? '' : `plate ${(i % 3) + 1}`,
      i % 2 === 0,
      i * 2 + (i % 3),
    ].join(','),
  ),
].join('\n');

beforeAll(async () => {
  server = await startTestServer();
  ada = await populate(await server.register(), server.database);
  const { client } = ada;
  const datakit = await readyDatakit(client, yieldsCsv);
  const { id } = await newModel(client, { name: 'Yields of Köln/1', type: 'REGRESSION' });
  const body = { datakitId: datakit.id, target: 'yield', algorithm: 'baseline', validation: { folds: 2 } };
  await jobSucceeds(client, (await client.call(routes.models.train, { params: { id }, body })).id);
  await client.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
  regression = id;
});
afterAll(() => server.close());

const get = (path: string): Promise<RawReply> => ada.client.request('GET', path);
const post = (path: string, body: unknown): Promise<RawReply> =>
  ada.client.request('POST', path, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const infer = (body: unknown, name = ada.model.id): Promise<RawReply> =>
  post(`/v2/models/${name}/infer`, body);

const hours = { name: 'hours', shape: [2], datatype: 'FP64', data: [12, 40] };
const city = { name: 'city', shape: [2], datatype: 'BYTES', data: ['Bern', 'Köln'] };
const rainfall = { name: 'rainfall', shape: [2], datatype: 'FP32', data: [3.5, 1] };
const inputs = [hours, city, rainfall];
const rows = [
  { hours: 12, city: 'Bern', rainfall: 3.5 },
  { hours: 40, city: 'Köln', rainfall: 1 },
];

/** What a request is refused with: the protocol's own error object, and nothing beside it. */
const errorOf = (reply: RawReply): string => {
  expect(reply.body, reply.text).toEqual({ error: expect.any(String) });
  return inferenceErrorSchema.parse(reply.body).error;
};

describe('the server', () => {
  it('is live and ready, and tells its name, version and extensions, to anybody', async () => {
    const ask = async (path: string) => server.anonymous.request('GET', path);
    expect((await ask('/v2/health/live')).body).toEqual({ live: true });
    expect((await ask('/v2/health/ready')).body).toEqual({ live: true, ready: true });
    const reply = await ask('/v2');
    expect([reply.status, reply.body]).toEqual([
      200,
      { name: 'quadrax', version: expect.stringMatching(/^\d+\.\d+\.\d+/), extensions: [] },
    ]);
  });

  it('says everything else only to who may know', async () => {
    for (const { id, route } of allRoutes) {
      if (route.protocol === undefined || route.permission === 'public') continue;
      const reply = await server.anonymous.send(route, requestOf(validRequests(ada), id));
      expect([reply.status, reply.headers.get('www-authenticate'), errorOf(reply)]).toEqual([
        401,
        'Bearer',
        'Sign in to do this.',
      ]);
      expect((await ada.client.send(route, requestOf(validRequests(ada), id))).status).toBe(200);
      const other = await server.register();
      const foreign = await other.send(route, requestOf(validRequests(ada), id));
      expect([foreign.status, errorOf(foreign)]).toEqual([404, 'There is no such model.']);
    }
  });

  it('describes the protocol in its OpenAPI document, with its own error', async () => {
    const { paths } = (await get('/openapi.json')).body as {
      paths: Record<string, Record<string, { responses: object; servers: object[] }>>;
    };
    const operation = paths['/v2/models/{name}/infer']?.['post'];
    expect(operation?.servers).toEqual([{ url: '/' }]);
    expect(JSON.stringify(operation?.responses)).toContain('#/components/schemas/InferenceError');
  });
});

describe('a model', () => {
  it('tells its name, versions, platform, inputs and outputs', async () => {
    const reply = await get(`/v2/models/${ada.model.id}`);
    expect(reply.body).toEqual({
      name: ada.model.id,
      versions: ['1'],
      platform: 'quadrax_tabular',
      inputs: [
        { name: 'hours', datatype: 'FP64', shape: [-1] },
        { name: 'city', datatype: 'BYTES', shape: [-1] },
        { name: 'rainfall', datatype: 'FP64', shape: [-1] },
      ],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        {
          name: 'probabilities',
          datatype: 'FP64',
          shape: [-1, 2],
          parameters: { classes: '["fail","pass"]' },
        },
      ],
    } satisfies ModelMetadata);
    expect((await get(`/v2/models/${ada.model.id}/versions/1`)).body).toEqual(reply.body);
    expect((await get(`/v2/models/${regression}`)).body).toMatchObject({
      inputs: [
        { name: 'day', datatype: 'BYTES' },
        { datatype: 'BYTES' },
        { name: 'shaken', datatype: 'BYTES' },
      ],
      outputs: [{ name: 'value', datatype: 'FP64', shape: [-1] }],
    });
  });

  it('is addressed by its name too, while no other has it', async () => {
    const name = 'Yields of Köln/1';
    const path = `/v2/models/${encodeURIComponent(name)}`;
    expect((await get(path)).body).toMatchObject({ name, platform: 'quadrax_tabular' });
    expect((await get(`${path}/ready`)).body).toEqual({ name, ready: true });
    const { id } = await newModel(ada.client, { name });
    const ambiguous = await eventually(
      'the name is no longer one’s own',
      () => get(path),
      ({ status }) => status === 409,
    );
    expect(errorOf(ambiguous)).toBe(`Several models are called "${name}". Ask for one by its id.`);
    await ada.client.send(routes.models.remove, { params: { id } });
    await eventually(
      'the name is one’s own again',
      () => get(path),
      ({ status }) => status === 200,
    );
  });

  it('is ready when it is deployed', async () => {
    const ready = (path: string) => get(`/v2/models/${path}/ready`);
    expect((await ready(ada.model.id)).body).toEqual({ name: ada.model.id, ready: true });
    expect((await ready(`${ada.model.id}/versions/1`)).status).toBe(200);
    const { id } = await newModel(ada.client);
    for (const [path, status] of [
      [id, 409],
      [`${ada.model.id}/versions/2`, 409],
      [`${ada.model.id}/versions/v1`, 404],
      ['nobody', 404],
    ] as const) {
      const reply = await ready(path);
      const no = status === 409 ? { name: path.split('/')[0], ready: false } : {};
      expect([reply.status, reply.body]).toEqual([status, { ...no, error: expect.stringMatching(/.{10}/) }]);
    }
  });
});

describe('an inference', () => {
  it('answers as predict does: name, version, id, outputs', async () => {
    const reply = await infer({ id: '42', inputs });
    const { predictions } = await ada.client.call(routes.models.predict, {
      params: { id: ada.model.id },
      body: { inputs: rows },
    });
    const classes = ['fail', 'pass'];
    expect(reply.body).toEqual({
      model_name: ada.model.id,
      model_version: '1',
      id: '42',
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [2], data: predictions.map(({ label }) => label) },
        {
          name: 'probabilities',
          datatype: 'FP64',
          shape: [2, 2],
          parameters: { classes: '["fail","pass"]' },
          data: predictions.flatMap(({ probabilities }) => classes.map((one) => probabilities?.[one])),
        },
      ],
    });
    inferenceResponseSchema.strict().parse(reply.body);
  });

  it('has no id where none was given, and knows a version by its address', async () => {
    const reply = await post(`/v2/models/${ada.model.id}/versions/1/infer`, { inputs });
    expect(reply.body).not.toHaveProperty('id');
    expect(reply.body).toMatchObject({ model_version: '1' });
  });

  it('returns the outputs that are asked for, in their order', async () => {
    const names = async (outputs: object[]) =>
      ((await infer({ inputs, outputs })).body as { outputs: { name: string }[] }).outputs.map(
        ({ name }) => name,
      );
    expect(await names([{ name: 'probabilities' }, { name: 'label' }])).toEqual(['probabilities', 'label']);
    expect(await names([{ name: 'label', parameters: { classification: 1 } }])).toEqual(['label']);
    const unknown = await infer({ inputs, outputs: [{ name: 'logits' }] });
    expect([unknown.status, errorOf(unknown)]).toEqual([
      400,
      'The model has no output "logits". It has label and probabilities.',
    ]);
  });

  it('takes data flat or nested, of one dimension or of two', async () => {
    const flat = await infer({ inputs });
    const shapes = inputs.map((input) => ({ ...input, shape: [2, 1] }));
    const nested = shapes.map((input) => ({ ...input, data: input.data.map((element) => [element]) }));
    expect((await infer({ inputs: shapes })).body).toEqual(flat.body);
    expect((await infer({ inputs: nested })).body).toEqual(flat.body);
  });

  it.each([
    ['UINT8', 255, 256],
    ['UINT16', 65_535, -1],
    ['UINT32', 4_294_967_295, 1.5],
    ['UINT64', 2 ** 53, -1],
    ['INT8', -128, 128],
    ['INT16', -32_768, 32_768],
    ['INT32', -2_147_483_648, 2_147_483_648],
    ['INT64', -(2 ** 53), 0.5],
    ['FP16', 65_504, 65_505],
    ['FP32', 3.4e38, 3.5e38],
    ['FP64', 1e300, '1'],
  ])('takes numbers as %s, %d for one, and refuses %s in it', async (datatype, good, bad) => {
    const of = (data: unknown[]) => infer({ inputs: [{ ...hours, datatype, data }, city, rainfall] });
    expect((await of([good, null])).status).toBe(200);
    const refused = await of([1, bad]);
    expect([refused.status, errorOf(refused)]).toEqual([
      400,
      `The input "hours" holds ${JSON.stringify(bad)} at 1, which is no ${datatype}.`,
    ]);
  });

  it('takes dates as BYTES or milliseconds, categories as BYTES or BOOL, and nothing for what may be missing', async () => {
    const { features } = await ada.client.call(routes.models.version, {
      params: { id: regression, version: 1 },
    });
    expect(features.map(({ type }) => type)).toEqual(['datetime', 'categorical', 'categorical']);
    const day = { name: 'day', shape: [1], datatype: 'BYTES', data: ['2024-02-01'] };
    const shaken = { name: 'shaken', shape: [1], datatype: 'BOOL', data: [true] };
    const asText = { ...shaken, datatype: 'BYTES', data: ['true'] };
    const asNumber = { ...day, datatype: 'INT64', data: [Date.UTC(2024, 1, 1)] };
    for (const given of [
      [day, shaken],
      [asNumber, asText],
    ]) {
      const reply = await infer({ inputs: given }, regression);
      expect(reply.body, reply.text).toMatchObject({
        outputs: [{ name: 'value', datatype: 'FP64', shape: [1], data: [expect.any(Number)] }],
      });
    }
    const noDate = await infer({ inputs: [{ ...day, data: ['yesterday'] }, shaken] }, regression);
    expect([noDate.status, errorOf(noDate)]).toEqual([
      400,
      'inputs[0].day: day must be an ISO 8601 date or milliseconds since 1970, or null.',
    ]);
  });

  it('goes to the version on trial by its key, and to another alias where it is asked for', async () => {
    const { client, datakit, model } = ada;
    const body = { datakitId: datakit.id, target: 'grade', algorithm: 'baseline', validation: { folds: 2 } };
    const params = { id: model.id };
    await jobSucceeds(client, (await client.call(routes.models.train, { params, body })).id);
    await client.call(routes.models.deploy, { params, body: { version: 2, canary: 50 } });
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_unused, i) => {
        const key = `customer ${i}`;
        const reply = await infer({ inputs, parameters: { key } });
        const rows = { inputs: { hours: 1, city: 'Bern', rainfall: 1 }, key };
        const { version } = await client.call(routes.models.predict, { params, body: rows });
        return [(reply.body as { model_version: string }).model_version, String(version)];
      }),
    );
    for (const [inferred, predicted] of answers) expect(inferred).toBe(predicted);
    expect(new Set(answers.flat())).toEqual(new Set(['1', '2']));
    expect((await get(`/v2/models/${model.id}`)).body).toMatchObject({ versions: ['1', '2'] });
    const elsewhere = await infer({ inputs, parameters: { alias: 'staging' } });
    expect([elsewhere.status, errorOf(elsewhere)]).toEqual([
      409,
      'Nothing is deployed as "staging". Deploy a version under this alias first.',
    ]);
    await client.call(routes.models.deploy, { params, body: { version: 1 } });
  });
});

describe('an inference is refused with the name of the input:', () => {
  const known = 'BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64, BYTES';
  it.each([
    ['it is missing', [hours, city], 'The input "rainfall" is missing.'],
    ['it is unknown', [...inputs, { ...hours, name: 'wind' }], 'The model has no input "wind".'],
    ['it is given twice', [...inputs, hours], 'The input "hours" is given twice.'],
    [
      'its shape is no list of rows',
      [{ ...hours, shape: [1, 2] }, city, rainfall],
      'The input "hours" has the shape [1, 2]. It must be [rows] or [rows, 1].',
    ],
    [
      'it has no shape',
      [{ ...hours, shape: [] }, city, rainfall],
      'The input "hours" has the shape []. It must be [rows] or [rows, 1].',
    ],
    [
      'its shape is no whole number',
      [{ ...hours, shape: [1.5] }, city, rainfall],
      'The input "hours" has the shape [1.5]. Sizes are whole numbers from 0.',
    ],
    [
      'it has no rows',
      [{ ...hours, shape: [0], data: [] }, city, rainfall],
      'The input "hours" has 0 rows. Send from 1 to 10,000.',
    ],
    [
      'it has too many rows',
      [{ ...hours, shape: [10_001] }, city, rainfall],
      'The input "hours" has 10001 rows. Send from 1 to 10,000.',
    ],
    [
      'it has other rows than the first',
      [hours, { ...city, shape: [1], data: ['Bern'] }, rainfall],
      'The input "city" has 1 rows, and "hours" has 2.',
    ],
    [
      'it holds too few elements',
      [{ ...hours, data: [1] }, city, rainfall],
      'The input "hours" holds 1 elements, and its shape [2] needs 2.',
    ],
    [
      'it holds too many elements',
      [{ ...hours, shape: [2, 1], data: [[1, 2], [3]] }, city, rainfall],
      'The input "hours" holds 3 elements, and its shape [2, 1] needs 2.',
    ],
    [
      'its datatype is unknown',
      [{ ...hours, datatype: 'fp64' }, city, rainfall],
      `The input "hours" has the datatype "fp64". Known are ${known}.`,
    ],
    [
      'its datatype is another kind',
      [{ ...hours, datatype: 'BYTES', data: ['1', '2'] }, city, rainfall],
      'The input "hours" is BYTES, and the model needs a number: FP64, FP32, FP16 or a whole one.',
    ],
    [
      'its datatype is none of a category',
      [hours, { ...city, datatype: 'FP64', data: [1, 2] }, rainfall],
      'The input "city" is FP64, and the model needs a category: BYTES, BOOL or a whole number.',
    ],
    [
      'an element is of another type',
      [hours, { ...city, data: ['Bern', 1] }, rainfall],
      'The input "city" holds 1 at 1, which is no BYTES.',
    ],
    ['it has no data', [{ ...hours, data: undefined }, city, rainfall], 'The input "hours" has no "data".'],
    [
      'its data is binary',
      [{ ...hours, data: undefined, parameters: { binary_data_size: 16 } }, city, rainfall],
      'The input "hours" has binary data, which is not supported. Send JSON in "data".',
    ],
  ])('%s', async (_what, given, message) => {
    const reply = await infer({ inputs: given });
    expect([reply.status, errorOf(reply)]).toEqual([400, message]);
  });

  it('or with what is wrong with the request as a whole', async () => {
    for (const body of [{}, { inputs: [] }, { inputs: [{ name: 1 }] }, [], 7]) {
      const reply = await infer(body);
      expect([reply.status, errorOf(reply).length > 5]).toEqual([400, true]);
    }
    const broken = await ada.client.request('POST', `/v2/models/${ada.model.id}/infer`, {
      headers: { 'content-type': 'application/json' },
      body: '{"inputs": [',
    });
    expect([broken.status, errorOf(broken)]).toEqual([400, 'The body is not valid JSON.']);
  });
});
