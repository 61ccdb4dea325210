import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import {
  allRoutes,
  asOperator,
  newModel,
  readyDatakit,
  startTestServer,
  trainedModel,
  upload,
} from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idsOf as ids, listPassword as password, sortedListsOf, walk } from './lists.ts';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  // Lists of the operator are lists like any other.
  ada = await asOperator(server.database, await server.register());
});
afterAll(() => server.close());

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

describe('a list that bears numbers', () => {
  let person: TestClient;
  /** Seven further versions like the first. */
  const repeatRow = (table: string, of: string, id: string): Promise<unknown> =>
    server.database.owner(
      `INSERT INTO quadrax.${table}
       SELECT (jsonb_populate_record(v, jsonb_build_object('version', n, 'job_id', gen_random_uuid()))).*
       FROM quadrax.${table} v, generate_series(2, 8) n WHERE v.${of} = $1`,
      [id],
    );
  const of = new Map<RouteDeclaration, { id: string }>();
  beforeAll(async () => {
    person = await server.register();
    const { id: datakitId, jobId = '' } = await readyDatakit(person);
    of.set(routes.jobs.logs, { id: jobId });
    of.set(routes.datakits.versions, { id: datakitId });
    await repeatRow('datakit_versions', 'datakit_id', datakitId);
    const { model } = await trainedModel(person, datakitId);
    of.set(routes.models.versions, { id: model.id });
    await repeatRow('model_versions', 'model_id', model.id);
    await server.database.owner(
      `INSERT INTO quadrax.job_logs (tenant_id, job_id, level, message)
       SELECT $1, $2, 'info', 'line ' || n FROM generate_series(1, 9) n`,
      [person.tenantId, jobId],
    );
    for (let i = 0; i < 5; i++) await newModel(person);
  });

  const lists = [
    { list: 'the audit log', route: routes.audit.list, field: 'id', unsaid: '-id' },
    { list: 'the log of a job', route: routes.jobs.logs, field: 'sequence', unsaid: 'sequence' },
    { list: 'versions of a datakit', route: routes.datakits.versions, field: 'version', unsaid: '-version' },
    { list: 'versions of a model', route: routes.models.versions, field: 'version', unsaid: '-version' },
  ] as const;
  const inputOf = (route: RouteDeclaration) => {
    const params = of.get(route);
    return params ? { params } : {};
  };

  it.each(lists)('is walked up and down: $list', async ({ route, field, unsaid }) => {
    const numbers = async (query: Readonly<Record<string, string | number>>) =>
      (await walk(person, route, { ...inputOf(route), query: { limit: 2, ...query } })).map(
        (item) => (item as Record<string, number>)[field] ?? 0,
      );
    const [up, down, said] = [
      await numbers({ sort: field }),
      await numbers({ sort: `-${field}` }),
      await numbers({}),
    ];
    expect(up.length).toBeGreaterThan(5);
    expect(up).toEqual(up.toSorted((a, b) => a - b));
    expect(down).toEqual(up.toReversed());
    expect(said).toEqual(unsaid === field ? up : down);
  });

  it.each(lists)(
    'says what it can be sorted by, and takes a cursor in its own sort: $list',
    async ({ route, field }) => {
      const input = inputOf(route);
      for (const sort of ['zzz', '', 'at', 'password_hash'])
        expect(await person.refused(route, { ...input, query: { sort } })).toMatchObject({
          status: 400,
          code: 'VALIDATION_FAILED',
          details: [{ field: 'sort', message: `Sort by one of: ${field}, -${field}.` }],
        });
      const { meta } = await person.page(route, { ...input, query: { limit: 1, sort: field } });
      const query = { sort: `-${field}`, cursor: meta.nextCursor };
      expect(await person.refused(route, { ...input, query })).toMatchObject({
        status: 400,
        code: 'INVALID_CURSOR',
      });
    },
  );
});

const sortedLists = sortedListsOf(() => server);

const everySort = Object.entries(sortedLists).flatMap(([id, { fields }]) =>
  fields.flatMap((field) => [field, `-${field}`].map((sort) => ({ id, field, sort }))),
);

describe('sorting a list', () => {
  const routeOf = (id: string): RouteDeclaration => {
    const found = allRoutes.find((named) => named.id === id);
    if (!found) throw new Error(`There is no route ${id}.`);
    return found.route;
  };

  type Item = Readonly<Record<string, string>> & { readonly id: string };
  const orderOf = (field: string, sort: string) => {
    const keyOf = (item: Item): string => `${item[field]?.toLowerCase()} ${item.id}`;
    const upwards = (a: Item, b: Item): number => (keyOf(a) < keyOf(b) ? -1 : 1);
    return sort.startsWith('-') ? (a: Item, b: Item) => upwards(b, a) : upwards;
  };

  /** Whoever each list was filled for; lists of the operator hold what all have. */
  const people = new Map<string, TestClient>();
  beforeAll(async () => {
    for (const [id, { add }] of Object.entries(sortedLists)) {
      const person = await asOperator(server.database, await server.register({ password }));
      for (let n = 0; n < 6; n++) await add(person, n);
      people.set(id, person);
    }
    // Touched in another order than they were made in.
    for (const [id, { update }] of [
      ['models.list', routes.models],
      ['datakits.list', routes.datakits],
    ] as const) {
      const person = people.get(id) ?? ada;
      const { items } = await person.page(routeOf(id));
      for (const n of [3, 1, 4])
        await person.call(update, { params: { id: ids(items)[n] ?? '' }, body: { description: 'Touched' } });
    }
  }, 60_000);

  it('is offered by every list but those that follow a sequence', () => {
    const declared = allRoutes.filter(({ route }) => route.cursor === 'sorted').map(({ id }) => id);
    expect(Object.keys(sortedLists).toSorted()).toEqual(declared.toSorted());
  });

  it.each(everySort)(
    '$id by $sort meets everything once and in order, while more is added',
    async ({ id, field, sort }) => {
      const person = people.get(id) ?? ada;
      const route = routeOf(id);
      const { items: before } = await person.page(route, { query: { limit: 200 } });
      let added = 0;
      const found = (await walk(person, route, { query: { limit: 2, sort } }, async () => {
        if (added < 2) await sortedLists[id]?.add(person, added++);
      })) as Item[];
      expect(found.toSorted(orderOf(field, sort))).toEqual(found);
      expect(new Set(ids(found)).size).toBe(found.length);
      expect(ids(found)).toEqual(expect.arrayContaining(ids(before)));
    },
  );

  it.each(Object.entries(sortedLists))('%s: the newest come first if nothing is said', async (id, list) => {
    const person = people.get(id) ?? ada;
    const [unsaid, said] = await Promise.all(
      [undefined, `-${list.fields[0]}`].map((sort) =>
        person.page(routeOf(id), { query: { limit: 3, sort } }),
      ),
    );
    expect(unsaid).toEqual(said);
  });

  it.each(everySort)('$id: a cursor of $sort is refused in any other sort', async ({ id, sort }) => {
    const person = people.get(id) ?? ada;
    const { meta } = await person.page(routeOf(id), { query: { limit: 1, sort } });
    const others = everySort.filter((other) => other.id === id && other.sort !== sort);
    for (const other of others) {
      const query = { sort: other.sort, cursor: meta.nextCursor };
      const error = await person.refused(routeOf(id), { query });
      expect(error).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
    }
  });

  it.each(Object.entries(sortedLists))('%s: says what it can be sorted by', async (id, { fields }) => {
    const person = people.get(id) ?? ada;
    for (const sort of ['id', '', '-', '--createdAt', 'createdAt;', 'password_hash', 'constructor']) {
      const error = await person.refused(routeOf(id), { query: { sort } });
      expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
      const allowed = fields.flatMap((field) => [field, `-${field}`]).join(', ');
      expect(error.details).toEqual([{ field: 'sort', message: `Sort by one of: ${allowed}.` }]);
    }
  });

  it('by name goes on after any name there may be', async () => {
    const person = await server.register();
    const names = [
      'İstanbul',
      'istanbul',
      'Straße',
      'STRASSE',
      '水'.repeat(255),
      '\\'.repeat(255),
      `'"%_`,
      '🙂',
    ];
    for (const name of names) await newModel(person, { name });
    for (const sort of ['name', '-name']) {
      const found = await walk(person, routes.models.list, { query: { limit: 1, sort } });
      expect(found.map((model) => (model as { name: string }).name).toSorted()).toEqual(names.toSorted());
    }
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
      const looked = id === 'models.log' ? [404, 'NOT_FOUND'] : [400, 'INVALID_CURSOR'];
      const right = cursor === '\u0000' ? [400, 'VALIDATION_FAILED'] : looked;
      expect([cursor, status, code]).toEqual([cursor, ...right]);
    }
  });

  it.each(lists.filter(({ id }) => id !== 'models.log'))(
    '$id: of a list of another kind is refused',
    async ({ id, route }) => {
      const cursor = route.cursor === 'sorted' ? logCursor : pageCursor;
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
