import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { routes } from '@quadrax/contract';
import type { AuditEntry } from '@quadrax/contract';
import { newModel, pathOf, startTestServer } from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const many = 5200;

let server: TestServer;
let ada: TestClient;
beforeAll(async () => {
  server = await startTestServer({ work: false });
  ada = await server.register();
  await server.database.owner(
    `INSERT INTO quadrax.audit_log (tenant_id, account_id, action, resource_id, address, request_id, after)
     SELECT $1, $2, CASE WHEN n % 4 = 0 THEN 'model.deployed' ELSE 'datakit.created' END, gen_random_uuid(),
       '192.0.2.' || n % 250, 'request-' || n, jsonb_build_object('name', 'Thing ' || n)
     FROM generate_series(1, ${many}) n`,
    [ada.tenantId, ada.user.id],
  );
});
afterAll(() => server.close());

const exported = async (person: TestClient, query: CallInput['query'] = {}) => {
  const reply = await person.send(routes.audit.export, { query });
  expect(reply.status, reply.text).toBe(200);
  return reply;
};

const lines = async (person: TestClient, query: CallInput['query'] = {}): Promise<AuditEntry[]> =>
  (await exported(person, { ...query, format: 'ndjson' })).text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry);

/** The cells of a CSV file by RFC 4180: records end in CRLF, quotes within quotes are doubled. */
const cellsOf = (text: string): string[][] => {
  const records: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (const [, quoted, plain = '', end] of text.matchAll(cell)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') records.push([]);
  }
  return records.slice(0, -1);
};

/** An entry whose fields are what a spreadsheet should be kept from. */
const hostile = async (name: string): Promise<string[][]> => {
  const person = await server.register({ firstName: name });
  await server.database.owner(
    `INSERT INTO quadrax.audit_log (tenant_id, account_id, action, address, request_id) VALUES ($1, $2, 'a.b', $3, $4)`,
    [person.tenantId, person.user.id, name, `a "quoted", ${name}\r\nline`],
  );
  return cellsOf((await exported(person)).text);
};

describe('the export', () => {
  it('has every entry once, oldest first, whatever the length of the log', async () => {
    const found = await lines(ada);
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: many + 1 }, (_unused, at) => at + 1));
    const cells = cellsOf((await exported(ada, { format: 'csv' })).text);
    expect(cells).toHaveLength(many + 2);
    expect(cells.slice(1).map(([id]) => Number(id))).toEqual(found.map(({ id }) => id));
  });

  it('tells of an entry what the list tells', async () => {
    const { items } = await ada.page(routes.audit.list, { query: { limit: 200 } });
    expect((await lines(ada)).slice(-200).toReversed()).toEqual(items);
  });

  it('keeps to the filter', async () => {
    expect(await lines(ada, { action: 'model' })).toHaveLength(many / 4);
    const some = await lines(ada, { search: 'thing 52', action: 'datakit.created' });
    expect(some.length).toBeGreaterThan(5);
    expect(
      some.every(
        ({ action, after }) => action === 'datakit.created' && String(after?.['name']).startsWith('Thing 52'),
      ),
    ).toBe(true);
    const nobody = await exported(ada, { actor: randomUUID(), format: 'ndjson' });
    expect(nobody.text).toBe('');
    expect(cellsOf((await exported(ada, { actor: randomUUID() })).text)).toHaveLength(1);
  });

  it('is a file with a name, of the kind that was asked for', async () => {
    const csv = await exported(ada, { actor: randomUUID() });
    const ndjson = await exported(ada, { actor: randomUUID(), format: 'ndjson' });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(ndjson.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename\*=UTF-8''audit-[\d-]{10}\.csv$/,
    );
    expect(ndjson.headers.get('content-disposition')).toMatch(/\.ndjson$/);
    expect(csv.text).toBe(
      'id,at,action,actorId,actorName,actorEmail,resourceId,address,requestId,credentialId,before,after,hash\r\n',
    );
    const { status } = await ada.refused(routes.audit.export, { query: { format: 'xlsx' } });
    expect(status).toBe(400);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('gives a spreadsheet no formula: %j', async (text) => {
    const [head = [], , row = []] = await hostile(text);
    const of = (name: string): string | undefined => row[head.indexOf(name)];
    expect(of('address')).toBe(`'${text}`);
    expect(of('requestId')).toBe(`a "quoted", ${text}\r\nline`);
    for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t]/);
  });

  it('has the states as JSON that can be read back', async () => {
    const person = await server.register();
    const name = 'Ünïcode, "quotes" 中文';
    await newModel(person, { name });
    const [head = [], , row = []] = cellsOf((await exported(person)).text);
    expect(JSON.parse(row[head.indexOf('after')] ?? '')).toMatchObject({ name });
  });

  it('stops reading when nobody reads on', async () => {
    const headers = { authorization: `Bearer ${ada.token}` };
    const asked = get(`${server.url}/api/v1${pathOf(routes.audit.export)}`, { headers, agent: false });
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    await once(reply, 'readable');
    reply.destroy();
    // What it held would keep the server from closing in order, which the end of this suite looks at.
    expect(await lines(ada, { action: 'model' })).toHaveLength(many / 4);
  });
});
