import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Operator, Stage } from './stage.ts';

let stage: Stage;
let operator: Operator;
beforeAll(async () => {
  stage = await openStage();
  operator = await stage.operator();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

describe('axe finds nothing', () => {
  it.for([
    '/',
    '/datakits',
    '/models',
    '/jobs',
    '/members',
    '/audit?search=nothing',
    '/platform',
    '/no/such/page',
  ])('on %s, empty', async (at) => {
    const { page } = await stage.visit({ as: await stage.account(), at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it.for([
    '/',
    '/datakits',
    '/models',
    '/jobs',
    '/account',
    '/members',
    '/audit',
    '/platform',
    '/upkeep',
    '/outbox',
    '/outbox?state=sent',
  ])('on %s, where there is something', async (at) => {
    const { page } = await stage.visit({ as: operator, at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });
});
