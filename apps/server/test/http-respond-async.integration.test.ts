import { routes } from '@quadrax/contract';
import type { Job } from '@quadrax/contract';
import {
  asOperator,
  jobSucceeds,
  newEmail,
  newModel,
  populate,
  signIn,
  startTestServer,
  waitForJob,
} from '@quadrax/testkit';
import type { PopulatedTenant, RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { predict } = routes.models;
const password = 'quite a long phrase to sign in with';
const row = { hours: 12, city: 'Bern', rainfall: 3.5 };
const later = { prefer: 'respond-async' };

let server: TestServer;
let tenant: PopulatedTenant;
let ada: TestClient;
let id: string;

beforeAll(async () => {
  server = await startTestServer({ env: { JOBS_PER_TENANT: '1', CALLS_WAITING_PER_TENANT: '5' } });
  tenant = await populate(await server.register(), server.database);
  ada = tenant.client;
  id = tenant.model.id;
});
afterAll(() => server.close());

const ask = (
  client: TestClient = ada,
  { inputs = row, headers = {}, model = id }: { inputs?: unknown; headers?: object; model?: string } = {},
): Promise<RawReply> =>
  client.send(predict, { params: { id: model }, body: { inputs }, headers: { ...later, ...headers } });

const jobIn = (reply: RawReply): Job => {
  expect(reply.status, reply.text).toBe(202);
  return (reply.body as { data: Job }).data;
};

/** Jobs and audit lines that are there. */
const traces = async (): Promise<unknown> => {
  const [counts] = await server.database.owner(`
    SELECT (SELECT count(*) FROM quadrax.jobs) AS jobs, (SELECT count(*) FROM quadrax.audit_log) AS audit,
           (SELECT count(*) FROM quadrax.idempotency_keys) AS keys`);
  return counts;
};

/** Another member of the tenant, with a session of their own. */
const member = async (role: 'USER' | 'VIEWER'): Promise<TestClient> => {
  const person = { email: newEmail(), firstName: 'Bob', lastName: 'Test' };
  await ada.call(routes.users.create, { body: { ...person, role, password } });
  return signIn(server.url, person.email, password);
};

it('puts a query off as well', async () => {
  const params = { id: tenant.datakit.id };
  const body = { sql: 'SELECT count(*) AS rows FROM data' };
  const job = jobIn(await ada.send(routes.datakits.query, { params, body, headers: later }));
  expect(job).toMatchObject({ kind: 'datakits.query', subject: { type: 'datakit', id: params.id } });
  const { result } = await jobSucceeds(ada, job.id);
  const { elapsedMs: _elapsed, ...answer } = await ada.call(routes.datakits.query, { params, body });
  expect(result).toMatchObject(answer);
});

/** Takes up the one place the tenant has for running jobs while `work` goes on. */
const whileBusy = async <T>(work: () => Promise<T>, { tenantId } = ada): Promise<T> => {
  const holder = crypto.randomUUID();
  await server.database.owner(
    `INSERT INTO quadrax.jobs (tenant_id, id, kind, status, payload)
     VALUES ($1, $2, 'model.train', 'RUNNING', '{"version": 1, "data": {}}')`,
    [tenantId, holder],
  );
  try {
    return await work();
  } finally {
    await server.database.owner('DELETE FROM quadrax.jobs WHERE id = $1', [holder]);
    // The end of a job that nobody ran passes no turn on: this does, as recovery would some seconds later.
    await server.app.modules.jobs.mend();
  }
};

describe('a call with Prefer: respond-async', () => {
  it('is answered with a job, whose result is what the call would have answered', async () => {
    const reply = await ask();
    const job = jobIn(reply);
    expect(reply.headers.get('preference-applied')).toBe('respond-async');
    expect(reply.headers.get('location')).toBe(`/api/jobs/${job.id}`);
    expect(job).toMatchObject({ kind: 'models.predict', status: 'QUEUED', subject: { type: 'model', id } });
    const { result } = await jobSucceeds(ada, job.id);
    expect(result).toEqual(await ada.call(predict, { params: { id }, body: { inputs: row } }));
    const found = await ada.request('GET', reply.headers.get('location') ?? '');
    expect(found.body).toMatchObject({ data: { id: job.id, status: 'SUCCEEDED', result } });
  });

  it('leaves one line in the audit log, which names the job', async () => {
    const { id: jobId } = jobIn(await ask());
    const { items } = await ada.page(routes.audit.list, { query: { resource: jobId } });
    expect(items).toMatchObject([
      { action: 'job.requested', actor: { id: ada.user.id }, after: { kind: 'models.predict' } },
    ]);
  });

  it('keeps 10,000 predictions, which a list of jobs leaves out', async () => {
    const inputs = Array.from({ length: 10_000 }, (_unused, hours) => ({ ...row, hours }));
    const { id: jobId } = jobIn(await ask(ada, { inputs }));
    const { result } = await jobSucceeds(ada, jobId, 30_000);
    expect(result?.['predictions']).toHaveLength(10_000);
    expect(result).toEqual(await ada.call(predict, { params: { id }, body: { inputs } }));
    const { items } = await ada.page(routes.jobs.list, { query: { kind: 'models.predict' } });
    const listed = items.find((job) => job.id === jobId);
    expect(listed).toMatchObject({ status: 'SUCCEEDED' });
    expect(listed).not.toHaveProperty('result');
  });

  it.each(['Respond-Async', 'wait=5, respond-async', 'respond-async; wait=10', 'a="x, y", respond-async=""'])(
    'is one with %s',
    async (prefer) => {
      const reply = await ask(ada, { headers: { prefer } });
      expect(reply.headers.get('preference-applied')).toBe('respond-async');
      await jobSucceeds(ada, jobIn(reply).id);
    },
  );

  it.each(['wait=5', 'respond-async=no', 'respond async', '"respond-async"', 'return=minimal'])(
    'is not one with %s: it is answered at once',
    async (prefer) => {
      const before = await traces();
      const reply = await ask(ada, { headers: { prefer } });
      expect(reply.status).toBe(200);
      expect(reply.headers.has('preference-applied')).toBe(false);
      expect(await traces()).toEqual(before);
    },
  );

  it('is answered at once by a route that makes no job of it', async () => {
    const reply = await ada.send(routes.models.get, { params: { id }, headers: later });
    expect(reply.status).toBe(200);
    expect(reply.headers.has('preference-applied')).toBe(false);
  });

  it('is described by the API', async () => {
    const { body } = await ada.request('GET', '/openapi.json');
    const { paths } = body as {
      paths: Record<string, { post: { parameters: unknown; responses: Record<string, unknown> } }>;
    };
    const { parameters, responses } = paths['/models/{id}/predict']?.post ?? {};
    expect(parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'Prefer' }));
    expect(responses?.['202']).toMatchObject({
      headers: { Location: {}, 'Preference-Applied': {} },
      content: { 'application/json': {} },
    });
  });
});

describe('what cannot be asked is refused at once, and leaves nothing behind', () => {
  const refused = async (reply: Promise<RawReply>, status: number, code: string): Promise<RawReply> => {
    const answer = await reply;
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers.has('preference-applied')).toBe(false);
    return answer;
  };

  it.each([
    ['no inputs', {}],
    ['inputs that are no rows', { inputs: 5 }],
    ['no rows', { inputs: [] }],
    ['a character that cannot be kept', { inputs: { city: 'a\u0000b' } }],
  ])('%s', async (_what, body) => {
    const before = await traces();
    const headers = { ...later, 'idempotency-key': crypto.randomUUID() };
    await refused(ada.send(predict, { params: { id }, body, headers }), 400, 'VALIDATION_FAILED');
    expect(await traces()).toEqual(before);
  });

  it('a viewer, who may have the answer at once', async () => {
    const viewer = await member('VIEWER');
    const before = await traces();
    const { text } = await refused(ask(viewer), 403, 'FORBIDDEN');
    expect(text).toContain('Ask without the preference');
    expect(await traces()).toEqual(before);
    expect(await viewer.call(predict, { params: { id }, body: { inputs: row } })).toMatchObject({
      version: 1,
    });
  });

  it('an API key that may only read, nobody, and a member of another tenant', async () => {
    const { key } = await ada.call(routes.account.createApiKey, { body: { name: 'R', scopes: ['read'] } });
    const bob = await server.register();
    const before = await traces();
    await refused(ask(server.anonymous.with({ authorization: `Bearer ${key}` })), 403, 'FORBIDDEN');
    await refused(ask(server.anonymous), 401, 'UNAUTHENTICATED');
    await refused(ask(bob.with({ 'x-tenant-id': ada.tenantId })), 403, 'TENANT_FORBIDDEN');
    expect(await traces()).toEqual(before);
  });
});

describe('what the route refuses', () => {
  const failed = async (reply: RawReply, client = ada): Promise<Job> => {
    const job = await waitForJob(client, jobIn(reply).id);
    expect(job).toMatchObject({ status: 'FAILED' });
    return job;
  };

  it('is the error of the job, in the same words', async () => {
    const inputs = { ...row, hours: 'twelve' };
    const now = await ada.refused(predict, { params: { id }, body: { inputs } });
    const { error } = await failed(await ask(ada, { inputs }));
    expect(error).toEqual({ code: now.code, message: now.error });
  });

  it('is not run again: what was asked is gone with the end', async () => {
    const model = await newModel(ada);
    const job = await failed(await ask(ada, { model: model.id }));
    expect(job).toMatchObject({ error: { code: 'NOT_DEPLOYED' }, retryable: false });
    expect(await ada.refused(routes.jobs.retry, { params: { id: job.id } })).toMatchObject({
      status: 409,
      code: 'JOB_NOT_RETRYABLE',
      error: expect.stringContaining('Ask it again') as string,
    });
  });

  it('tells another tenant nothing', async () => {
    const bob = await server.register();
    const { error } = await failed(await ask(bob), bob);
    const now = await bob.refused(predict, { params: { id }, body: { inputs: row } });
    expect(error).toEqual({ code: 'NOT_FOUND', message: now.error });
  });
});

describe('an Idempotency-Key', () => {
  it('makes one job of equal calls, and answers all alike', async () => {
    const headers = { 'idempotency-key': 'one job' };
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(ada, { headers })));
    const jobs = replies.map(jobIn);
    expect(new Set(jobs.map((job) => job.id)).size).toBe(1);
    for (const reply of replies) expect(reply.headers.get('location')).toBe(`/api/jobs/${jobs[0]?.id}`);
    expect(replies.filter(({ headers: sent }) => sent.has('idempotency-replayed'))).toHaveLength(19);
    expect(replies.filter(({ headers: sent }) => sent.has('preference-applied'))).toHaveLength(20);
  });

  it('is not good for another body', async () => {
    const headers = { 'idempotency-key': 'other body' };
    jobIn(await ask(ada, { headers }));
    const other = await ask(ada, { headers, inputs: { ...row, hours: 1 } });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
  });
});

describe('what was asked', () => {
  const kept = async (job: Job): Promise<unknown> => {
    const [found] = await server.database.owner('SELECT payload FROM quadrax.jobs WHERE id = $1', [job.id]);
    return found?.['payload'];
  };

  it.each<[string, () => Promise<Job>]>([
    ['was answered', async () => jobSucceeds(ada, jobIn(await ask()).id)],
    ['was refused', async () => waitForJob(ada, jobIn(await ask(ada, { inputs: { city: 5 } })).id)],
    [
      'was cancelled',
      () =>
        whileBusy(async () => {
          const job = jobIn(await ask());
          expect(await kept(job)).toMatchObject({ data: { body: { inputs: row } } });
          return ada.call(routes.jobs.cancel, { params: { id: job.id } });
        }),
    ],
  ])('is dropped the moment it %s', async (_how, ended) => {
    expect(await kept(await ended())).toEqual({ version: 1, data: null });
  });

  it('is removed with its answer a week after its end, by upkeep', async () => {
    const [old, recent] = [jobIn(await ask()), jobIn(await ask())];
    for (const job of [old, recent]) await jobSucceeds(ada, job.id);
    const endedAgo = (interval: string, which: string, value: string) =>
      server.database.owner(
        `UPDATE quadrax.jobs SET finished_at = now() - interval '${interval}' WHERE ${which} = $1`,
        [value],
      );
    await endedAgo('7 days 1 hour', 'id', old.id);
    await endedAgo('6 days 23 hours', 'id', recent.id);
    await endedAgo('1 year', 'kind', 'model.train');
    const waiting = await whileBusy(async () => {
      const job = jobIn(await ask());
      await server.database.owner(
        `UPDATE quadrax.jobs SET created_at = now() - interval '1 year' WHERE id = $1`,
        [job.id],
      );
      const operator = await asOperator(server.database, await server.register());
      const { figures } = await operator.call(routes.upkeep.run, { params: { name: 'calls' } });
      expect(figures).toEqual({ removed: 1 });
      return job;
    });
    const found = async ({ id: jobId }: Job): Promise<number> =>
      (await ada.send(routes.jobs.get, { params: { id: jobId } })).status;
    expect([await found(old), await found(recent), await found(waiting)]).toEqual([404, 200, 200]);
    await jobSucceeds(ada, waiting.id);
    expect((await ada.page(routes.jobs.list, { query: { kind: 'model.train' } })).items).not.toEqual([]);
  });
});

describe('more calls than may wait', () => {
  it('are refused, however many come at once, and leave nothing behind', async () => {
    const bob = await server.register();
    const jobsOf = async (): Promise<number> =>
      (await bob.page(routes.jobs.list, { query: { kind: 'models.predict' } })).items.length;
    await whileBusy(async () => {
      const replies = await Promise.all(Array.from({ length: 9 }, () => ask(bob)));
      const refused = replies.filter(({ status }) => status !== 202);
      expect(refused).toHaveLength(4);
      for (const { status, body, headers } of refused) {
        expect([status, body]).toMatchObject([429, { code: 'TOO_MANY_WAITING' }]);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(await jobsOf()).toBe(5);
      const { items } = await bob.page(routes.audit.list, { query: { action: 'job.requested' } });
      expect(items).toHaveLength(5);
      await jobSucceeds(ada, jobIn(await ask()).id);
      const [first] = replies.filter(({ status }) => status === 202).map(jobIn);
      await bob.call(routes.jobs.cancel, { params: { id: first?.id ?? '' } });
      jobIn(await ask(bob));
    }, bob);
  });
});

describe('as long as the job waits', () => {
  it('can be cancelled', async () => {
    await whileBusy(async () => {
      const job = jobIn(await ask());
      expect(job).toMatchObject({ waitingFor: 'share' });
      const cancelled = await ada.call(routes.jobs.cancel, { params: { id: job.id } });
      expect(cancelled).toMatchObject({ status: 'CANCELLED' });
      expect(cancelled).not.toHaveProperty('result');
    });
  });

  it.each<[string, (bob: TestClient) => Promise<unknown>]>([
    ['is removed', ({ user }) => ada.call(routes.users.remove, { params: { id: user.id } })],
    [
      'is deactivated',
      ({ user }) => ada.call(routes.users.update, { params: { id: user.id }, body: { active: false } }),
    ],
    [
      'becomes a viewer',
      ({ user }) => ada.call(routes.users.update, { params: { id: user.id }, body: { role: 'VIEWER' } }),
    ],
  ])('and the member %s, it fails and says why', async (_what, change) => {
    const bob = await member('USER');
    const job = await whileBusy(async () => {
      const asked = jobIn(await ask(bob));
      await change(bob);
      return asked;
    });
    const ended = await waitForJob(ada, job.id, 15_000);
    expect(ended).toMatchObject({ status: 'FAILED', error: { code: 'FORBIDDEN' } });
    expect(ended.error?.message).toMatch(/no access to the workspace any more|not make a job of it/);
  });

  it('and the API key is revoked, it fails and says why', async () => {
    const { key, id: keyId } = await ada.call(routes.account.createApiKey, {
      body: { name: 'W', scopes: ['write'] },
    });
    const job = await whileBusy(async () => {
      const asked = jobIn(await ask(server.anonymous.with({ authorization: `Bearer ${key}` })));
      await ada.call(routes.account.revokeApiKey, { params: { id: keyId } });
      return asked;
    });
    const { error } = await waitForJob(ada, job.id, 15_000);
    expect(error).toEqual({
      code: 'FORBIDDEN',
      message: 'The API key that asked for this has no access to the workspace any more.',
    });
  });

  it('and the member signs out, it is done all the same', async () => {
    const bob = await member('USER');
    const job = await whileBusy(async () => {
      const asked = jobIn(await ask(bob));
      await bob.send(routes.identity.logout);
      return asked;
    });
    expect((await jobSucceeds(ada, job.id, 15_000)).result).toMatchObject({ version: 1 });
  });
});
