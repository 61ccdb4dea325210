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
    '/datakits/DATAKIT',
    '/datakits/DATAKIT?column=city&sort=hours',
    '/models/new?datakitId=DATAKIT',
    '/models/MODEL',
    '/models/MODEL?tab=explain',
    '/models/MODEL?actual=pass&predicted=fail',
    '/models/MODEL?tab=predict',
    '/models/MODEL?tab=training',
    '/jobs/JOB',
    '/outbox/MAIL',
  ])('on %s', async (path) => {
    const at = path.replace(
      /DATAKIT|MODEL|JOB|MAIL/,
      (noun) => operator.ids[noun.toLowerCase() as keyof Operator['ids']],
    );
    const { page } = await stage.visit({ as: operator, at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });
});
