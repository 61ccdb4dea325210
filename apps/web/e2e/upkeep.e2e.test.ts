import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ UPKEEP_SCHEDULE: '0 0 1 1 *' });
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

describe('Upkeep', () => {
  it('shows what the platform does by itself, and runs it now', async () => {
    const operator = await stage.operator();
    await stage.server.database.owner(
      `UPDATE quadrax.idempotency_keys SET created_at = now() - interval '2 days'`,
    );
    const { page } = await stage.visit({ as: operator, at: '/' });
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('k');
    await page.getByText(/^In order · next at 1 Jan/).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Idempotency-Key' });
    expect(await row.textContent()).toContain('Not run yet');
    await row.getByRole('button', { name: 'Run now: Answers' }).click();
    await row.getByText('Done').filter({ visible: true }).waitFor();
  });

  it('says when a routine failed', async () => {
    const operator = await stage.operator();
    await stage.server.database.owner(`
      INSERT INTO quadrax.schedule_runs (name, due_at, worker, took_ms, error)
      VALUES ('mails', now(), gen_random_uuid(), 3, 'It did not come to its end.')`);
    const { page } = await stage.visit({ as: operator, at: '/upkeep' });
    await page.getByText('1 routine failed last time').waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'outbox' }).textContent()).toContain('Failed');
  });

  it('is not for others', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/upkeep' });
    await page.getByText('For platform administrators').waitFor();
    expect(await page.getByRole('button', { name: /^Run now/ }).count()).toBe(0);
  });
});
