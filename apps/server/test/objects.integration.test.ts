import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { gradesCsv, startTestServer, uploadForm } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ work: false, mayLogErrors: true });
});
afterAll(() => server.close());

describe('a file that cannot be moved into the store', () => {
  it('counts for nothing, and the next one is kept', async () => {
    const ada = await server.register();
    const folder = join(server.dataDir, 'objects', ada.tenantId);
    const send = () => ada.send(routes.datakits.upload, { form: uploadForm(gradesCsv(), 'grades.csv') });
    const pending = () =>
      server.database.owner(`SELECT bytes FROM quadrax.objects WHERE tenant_id = $1 AND state = 'pending'`, [
        ada.tenantId,
      ]);
    await mkdir(join(server.dataDir, 'objects'), { recursive: true });
    // Where the tenant's folder should be made.
    await writeFile(folder, '');
    expect((await send()).status).toBe(500);
    expect(await pending()).toEqual([]);
    await rm(folder);
    expect((await send()).status).toBe(202);
    expect(await pending()).toEqual([]);
  });
});
