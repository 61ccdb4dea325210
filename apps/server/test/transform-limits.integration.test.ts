import { routes } from '@quadrax/contract';
import { readyDatakit, startTestServer, waitForJob } from '@quadrax/testkit';
import { expect, it } from 'vitest';

it('a transformation that would never end is ended, says so, and leaves the datakit as it was', async () => {
  const server = await startTestServer({ env: { TRANSFORM_TIMEOUT_MS: '1500' } });
  try {
    const ada = await server.register();
    const { id } = await readyDatakit(ada);
    const made = await ada.call(routes.datakits.transform, {
      params: { id },
      body: { sql: 'SELECT * FROM range(1000000000000)' },
    });
    expect(await waitForJob(ada, made.jobId ?? '')).toMatchObject({
      status: 'FAILED',
      error: {
        code: 'QUERY_LIMIT',
        message:
          'The transformation took longer than the 1.5 seconds that one may take here. Filter or aggregate earlier, or raise TRANSFORM_TIMEOUT_MS.',
      },
    });
    expect(await ada.call(routes.datakits.get, { params: { id } })).toMatchObject({ version: 1, rows: 60 });
  } finally {
    await server.close();
  }
});
