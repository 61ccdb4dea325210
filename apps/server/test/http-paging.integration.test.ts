import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { allRoutes, newModel, startTestServer, upload } from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

/** Everything a list gives, page by page; `between` happens after each. */
const walk = async (
  client: TestClient,
  route: RouteDeclaration,
  input: CallInput,
  between: () => Promise<unknown> = async () => {},
): Promise<unknown[]> => {
  const found: unknown[] = [];
  let cursor: string | undefined;
  do {
    const { items, meta } = await client.page(route, { ...input, query: { ...input.query, cursor } });
    found.push(...items);
    cursor = meta.nextCursor;
    await between();
  } while (cursor !== undefined);
  return found;
};

const ids = (items: unknown[]): string[] => items.map((item) => (item as { id: string }).id);

describe('walking a list by its cursor', () => {
  it('meets everything that was there exactly once, newest first, while more is added', async () => {
    const person = await server.register();
    const made: string[] = [];
    for (let i = 0; i < 5; i++)
      made.push(...ids(await Promise.all(Array.from({ length: 5 }, () => newModel(person)))));
    const found = ids(
      await walk(person, routes.models.list, { query: { limit: 4 } }, () => newModel(person)),
    );
    expect(found.toSorted()).toEqual(made.toSorted());
  });

  it('is not confused by things made in the same millisecond', async () => {
    const person = await server.register();
    for (let i = 0; i < 9; i++) await newModel(person);
    await server.database.owner(
      `UPDATE quadrax.models SET created_at = '2026-01-01T00:00:00.123Z' WHERE tenant_id = $1`,
      [person.tenantId],
    );
    const found = ids(await walk(person, routes.models.list, { query: { limit: 2 } }));
    expect(new Set(found).size).toBe(9);
    expect(found).toHaveLength(9);
  });

  it('keeps to the filter', async () => {
    const person = await server.register();
    for (const name of ['100% sure', '100 percent', 'under_score', 'underXscore', 'back\\slash'])
      await newModel(person, { name });
    const named = async (name: string) =>
      (await walk(person, routes.models.list, { query: { limit: 1, name } })).map(
        (model) => (model as { name: string }).name,
      );
    expect(await named('100%')).toEqual(['100% sure']);
    expect(await named('r_s')).toEqual(['under_score']);
    expect(await named('\\')).toEqual(['back\\slash']);
    expect(await named('PERCENT')).toEqual(['100 percent']);
  });

  it('follows a sequence in a log', async () => {
    const person = await server.register();
    const { jobId = '' } = await upload(person);
    await server.database.owner(
      `INSERT INTO quadrax.job_logs (tenant_id, job_id, level, message)
       SELECT $1, $2, 'info', 'line ' || n FROM generate_series(1, 25) n`,
      [person.tenantId, jobId],
    );
    const lines = await walk(person, routes.jobs.logs, { params: { id: jobId }, query: { limit: 4 } });
    const sequences = lines.map((line) => (line as { sequence: number }).sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
    expect(lines.length).toBeGreaterThanOrEqual(25);
  });
});

describe('a cursor', () => {
  const lists = allRoutes.filter(({ route }) => route.cursor !== 'none');
  let pageCursor: string;
  let logCursor: string;
  let jobId: string;
  let modelId: string;

  beforeAll(async () => {
    modelId = (await newModel(ada)).id;
    await newModel(ada);
    jobId = (await upload(ada)).jobId ?? '';
    await server.database.owner(
      `INSERT INTO quadrax.job_logs (tenant_id, job_id, level, message) SELECT $1, $2, 'info', 'x' FROM generate_series(1, 3)`,
      [ada.tenantId, jobId],
    );
    const one = { query: { limit: 1 } };
    pageCursor = (await ada.page(routes.models.list, one)).meta.nextCursor ?? '';
    logCursor = (await ada.page(routes.jobs.logs, { ...one, params: { id: jobId } })).meta.nextCursor ?? '';
    if (pageCursor === '' || logCursor === '') throw new Error('These lists should have had a second page.');
  });

  const inputOf = (id: string): CallInput => {
    if (id.startsWith('jobs.')) return { params: { id: jobId } };
    return { params: { id: modelId, version: 1 } };
  };

  it.each(lists)('$id: that was not given out is refused', async ({ id, route }) => {
    const flipped = Buffer.from(pageCursor, 'base64url');
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const unsigned = Buffer.from(JSON.stringify(['2030-01-01T00:00:00.000Z', crypto.randomUUID()]));
    const forged = [
      'nonsense',
      '!',
      '\u0000',
      pageCursor.slice(0, -3),
      `${pageCursor}AA`,
      flipped.toString('base64url'),
      unsigned.toString('base64url'),
      Buffer.concat([Buffer.alloc(12), unsigned]).toString('base64url'),
    ];
    for (const cursor of forged) {
      const { status, code } = await ada.refused(route, { ...inputOf(id), query: { cursor } });
      // A version that is not there is said first; every other list looks at the cursor.
      const right = id === 'models.log' ? [404, 'NOT_FOUND'] : [400, 'INVALID_CURSOR'];
      expect([cursor, status, code]).toEqual([cursor, ...right]);
    }
  });

  it.each(lists.filter(({ id }) => id !== 'models.log'))(
    '$id: of a list of another kind is refused',
    async ({ id, route }) => {
      const cursor = route.cursor === 'newest' ? logCursor : pageCursor;
      const error = await ada.refused(route, { ...inputOf(id), query: { cursor } });
      expect(error).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
    },
  );

  it('shows nothing of another tenant, whoever gave it out', async () => {
    const bob = await server.register();
    const { items } = await bob.page(routes.models.list, { query: { cursor: pageCursor } });
    expect(items).toEqual([]);
  });
});
