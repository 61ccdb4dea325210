import { routes } from '@quadrax/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

/** As a link has one, though not one that is good. */
const token = 'a'.repeat(43);

describe('axe finds nothing before one is signed in', () => {
  it.for([
    '/sign-in',
    '/sign-in?problem=unconfirmed',
    '/sign-in?notice=password',
    '/register',
    '/forgot-password',
    '/reset-password',
    `/reset-password?token=${token}`,
    '/verify-email',
    '/setup',
    `/setup?token=${token}`,
    '/invitation',
  ])('on %s', async (at) => {
    const { page } = await stage.visit({ at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it('under a password, whether it is weak or strong', async () => {
    const { page } = await stage.visit({ at: '/register' });
    for (const [password, word] of [
      ['password1234', /^(Very weak|Weak) · /],
      ['plum harvest under a tin moon', /^(Good|Strong) · /],
    ] as const) {
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByText(word).waitFor();
      expect(await everywhere(page)).toEqual([]);
    }
  });

  it('on an invitation, for whoever opens it', async () => {
    const [guest, other] = await Promise.all([stage.account(), stage.account()]);
    for (const [email, as] of [
      ['grace.axe@example.org', undefined],
      [guest.email, undefined],
      [guest.email, guest],
      [guest.email, other],
    ] as const) {
      const { link } = await account.client.call(routes.users.invite, { body: { email } });
      const { pathname, search } = new URL(link);
      const { page } = await stage.visit({ at: pathname + search, ...(as && { as }) });
      await page
        .getByRole('heading', { level: 1, name: /^(Join|You are signed in as somebody else)/ })
        .waitFor();
      expect(await everywhere(page)).toEqual([]);
    }
  });
});
