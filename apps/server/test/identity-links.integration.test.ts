import { routes } from '@quadrax/contract';
import { eventually, newRegistration, signIn, smtpServer, startTestServer } from '@quadrax/testkit';
import type { ReceivedMail, SmtpServer, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { verifyEmail, forgotPassword, resetPassword, passwordStrength, register } = routes.identity;
const { me, updateMe, resendVerification, changeEmail, changePassword } = routes.account;
const password = 'the first of two passwords';
const another = 'the second of two passwords';
const publicUrl = 'https://quadrax.example.org/lab/';

let smtp: SmtpServer;
let server: TestServer;
beforeAll(async () => {
  smtp = await smtpServer();
  server = await startTestServer({ env: { ...smtp.env, FRONTEND_URL: publicUrl } });
});
afterAll(async () => {
  await server.close();
  await smtp.close();
});

const tokenOf = ({ links }: ReceivedMail): string => new URL(links[0] ?? '').searchParams.get('token') ?? '';

/** The newest mail to a person with a subject. */
const mailTo = (email: string, subject: string): Promise<ReceivedMail> =>
  eventually(
    `the mail "${subject}" to ${email}`,
    async () => smtp.mails.findLast((mail) => mail.to === email && mail.subject === subject),
    (mail) => mail !== undefined,
    5000,
  ) as Promise<ReceivedMail>;

const person = (): Promise<TestClient> => server.register({ password });
const audited = (client: TestClient, action: string) =>
  server.database.owner('SELECT 1 FROM quadrax.audit_log WHERE account_id = $1 AND action = $2', [
    client.user.id,
    action,
  ]);

describe('confirming an address', () => {
  it('is asked for when an account is opened, with a link to where people open the product', async () => {
    const ada = await person();
    expect(ada.user.emailVerified).toBe(false);
    const mail = await mailTo(ada.user.email, 'Confirm your email address');
    expect(mail.links[0]).toMatch(/^https:\/\/quadrax\.example\.org\/lab\/verify-email\?token=[\w-]{43}$/);
    const { email } = await server.anonymous.call(verifyEmail, { body: { token: tokenOf(mail) } });
    expect(email).toBe(ada.user.email);
    expect(await ada.call(me)).toMatchObject({ emailVerified: true });
    expect(await audited(ada, 'account.email_verified')).toHaveLength(1);
  });

  it('works once, and not by a link for another purpose', async () => {
    const ada = await person();
    const token = tokenOf(await mailTo(ada.user.email, 'Confirm your email address'));
    const asPassword = await server.anonymous.refused(resetPassword, { body: { token, password: another } });
    expect(asPassword).toMatchObject({ status: 400, code: 'LINK_INVALID' });
    await server.anonymous.call(verifyEmail, { body: { token } });
    expect(await server.anonymous.refused(verifyEmail, { body: { token } })).toMatchObject({
      code: 'LINK_INVALID',
    });
  });

  it('is over after two days', async () => {
    const ada = await person();
    const token = tokenOf(await mailTo(ada.user.email, 'Confirm your email address'));
    await server.database.owner(
      `UPDATE auth.account_links SET expires_at = now() - interval '1 s' WHERE account_id = $1`,
      [ada.user.id],
    );
    expect(await server.anonymous.refused(verifyEmail, { body: { token } })).toMatchObject({
      code: 'LINK_INVALID',
    });
  });

  it('can be asked for again, a few times an hour, until it is done', async () => {
    const ada = await person();
    for (let i = 0; i < 4; i++) await ada.call(resendVerification);
    expect(await ada.refused(resendVerification)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    const { email } = ada.user;
    await eventually(
      'all five mails',
      async () => smtp.mails.filter(({ to }) => to === email).length,
      (count) => count === 5,
    );
    const token = tokenOf(await mailTo(email, 'Confirm your email address'));
    await server.anonymous.call(verifyEmail, { body: { token } });
    expect(await ada.refused(resendVerification)).toMatchObject({ status: 409, code: 'CONFLICT' });
  });
});

describe('a forgotten password', () => {
  it('is chosen anew by a link, which ends all sessions and tells the owner', async () => {
    const ada = await person();
    await server.anonymous.call(forgotPassword, { body: { email: ada.user.email.toUpperCase() } });
    const token = tokenOf(await mailTo(ada.user.email, 'Choose a new password'));
    await server.anonymous.call(resetPassword, { body: { token, password: another } });

    await eventually(
      'the session has ended',
      () => ada.send(me),
      ({ status }) => status === 401,
      1000,
    );
    await expect(signIn(server.url, ada.user.email, password)).rejects.toThrow('INVALID_CREDENTIALS');
    const again = await signIn(server.url, ada.user.email, another);
    // Who had the link had the mailbox.
    expect(await again.call(me)).toMatchObject({ emailVerified: true });
    await mailTo(ada.user.email, 'Your password was changed');
    expect(await audited(ada, 'account.password_reset')).toHaveLength(1);
    const used = await server.anonymous.refused(resetPassword, { body: { token, password } });
    expect(used).toMatchObject({ status: 400, code: 'LINK_INVALID' });
  });

  it('leaves a link whole when the new password is too weak', async () => {
    const ada = await person();
    await server.anonymous.call(forgotPassword, { body: { email: ada.user.email } });
    const token = tokenOf(await mailTo(ada.user.email, 'Choose a new password'));
    const weak = await server.anonymous.refused(resetPassword, { body: { token, password: 'password12' } });
    expect(weak).toMatchObject({ status: 400, details: [{ field: 'password' }] });
    await server.anonymous.call(resetPassword, { body: { token, password: another } });
  });

  it('does not choose one’s own address or user name as the password', async () => {
    const ada = await person();
    const username = 'Zq8vK2mWx4Tn';
    await ada.call(updateMe, { body: { username } });
    await server.anonymous.call(forgotPassword, { body: { email: ada.user.email } });
    const token = tokenOf(await mailTo(ada.user.email, 'Choose a new password'));
    for (const chosen of [ada.user.email, username])
      expect(
        await server.anonymous.refused(resetPassword, { body: { token, password: chosen } }),
        chosen,
      ).toMatchObject({ status: 400, details: [{ field: 'password' }] });
  });

  it('is answered alike for an address that nobody has, to which nothing is sent', async () => {
    const ada = await person();
    const [known, unknown] = await Promise.all(
      [ada.user.email, `x${ada.user.email}`].map((email) =>
        server.anonymous.send(forgotPassword, { body: { email } }),
      ),
    );
    expect(unknown?.status).toBe(204);
    expect(unknown?.status).toBe(known?.status);
    expect(unknown?.text).toBe(known?.text);
    await mailTo(ada.user.email, 'Choose a new password');
    await eventually(
      'every request is answered',
      () => server.database.owner('SELECT 1 FROM auth.reset_requests'),
      (rows) => rows.length === 0,
    );
    expect(smtp.mails.filter(({ to }) => to === `x${ada.user.email}`)).toEqual([]);
    // The log of whoever is meant says so, and from where.
    const query = { action: 'account.password_reset_requested' };
    const [asked, ...others] = (await ada.page(routes.audit.list, { query })).items;
    expect(asked).toMatchObject({
      resourceId: ada.user.id,
      address: '127.0.0.1',
      requestId: known?.headers.get('x-request-id'),
    });
    // Whoever asks need not be whose account it is.
    expect([asked?.actor, others]).toEqual([undefined, []]);
  });

  it('fills no mailbox, and sends nothing to an account that is disabled', async () => {
    const [ada, bob] = [await person(), await person()];
    await server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [bob.user.id]);
    for (let i = 0; i < 8; i++)
      await server.anonymous.call(forgotPassword, { body: { email: ada.user.email } });
    await server.anonymous.call(forgotPassword, { body: { email: bob.user.email } });
    await eventually(
      'every request is answered',
      () => server.database.owner('SELECT 1 FROM auth.reset_requests'),
      (rows) => rows.length === 0,
    );
    const sent = await server.database.owner<{ recipient: string }>(
      `SELECT recipient FROM quadrax.outbox WHERE kind = 'account.password_reset' AND recipient = ANY($1)`,
      [[ada.user.email, bob.user.email]],
    );
    expect(sent).toHaveLength(5);
    expect(new Set(sent.map(({ recipient }) => recipient))).toEqual(new Set([ada.user.email]));
  });
});

describe('another address', () => {
  const asked = async (ada: TestClient, email: string): Promise<string> => {
    const sent = () => smtp.mails.filter(({ to }) => to === email);
    const before = sent().length;
    await ada.call(changeEmail, { body: { email, password } });
    await eventually(
      'the link for the new address',
      async () => sent().length,
      (count) => count > before,
    );
    return tokenOf(await mailTo(email, 'Confirm your email address'));
  };

  it('is the account’s once it is confirmed, and the old one is told', async () => {
    const ada = await person();
    const email = newRegistration().email;
    const token = await asked(ada, email);
    expect(await ada.call(me)).toMatchObject({ email: ada.user.email });
    await server.anonymous.call(verifyEmail, { body: { token } });
    await eventually(
      'the new address is known',
      () => ada.call(me),
      (user) => user.email === email && user.emailVerified,
      1000,
    );
    await mailTo(ada.user.email, 'Your email address was changed');
    await expect(signIn(server.url, ada.user.email, password)).rejects.toThrow('INVALID_CREDENTIALS');
    await signIn(server.url, email, password);
  });

  it('ends links that went to the old one', async () => {
    const ada = await person();
    await server.anonymous.call(forgotPassword, { body: { email: ada.user.email } });
    const old = tokenOf(await mailTo(ada.user.email, 'Choose a new password'));
    const token = await asked(ada, newRegistration().email);
    await server.anonymous.call(verifyEmail, { body: { token } });
    const late = await server.anonymous.refused(resetPassword, { body: { token: old, password: another } });
    expect(late).toMatchObject({ code: 'LINK_INVALID' });
  });

  it('needs the password, and is not taken from another account', async () => {
    const [ada, bob] = [await person(), await person()];
    const wrong = await ada.refused(changeEmail, { body: { email: bob.user.email, password: another } });
    expect(wrong).toMatchObject({ status: 400, details: [{ field: 'password' }] });
    // Bob's own, from when he registered.
    await mailTo(bob.user.email, 'Confirm your email address');
    const token = await asked(ada, bob.user.email);
    expect(await server.anonymous.refused(verifyEmail, { body: { token } })).toMatchObject({
      status: 409,
      code: 'EMAIL_TAKEN',
    });
    expect(await bob.call(me)).toMatchObject({ email: bob.user.email });
  });
});

describe('the strength of a password', () => {
  const strength = (text: string, personal: string[] = []) =>
    server.anonymous.call(passwordStrength, { body: { password: text, personal } });

  it('is told with what makes it weak and what would help', async () => {
    const weak = await strength('password12');
    expect(weak).toMatchObject({ score: 1, acceptable: false });
    expect(weak.warning).toMatch(/common/i);
    expect(weak.suggestions.length).toBeGreaterThan(0);
    expect(await strength('correct horse battery staple')).toMatchObject({ acceptable: true, score: 4 });
  });

  it('counts names and addresses as known to who guesses', async () => {
    const alone = await strength('wolfeschlegel1');
    const named = await strength('wolfeschlegel1', ['hubert@wolfeschlegel.example']);
    expect(named.score).toBeLessThan(alone.score);
  });

  it.each(['password12', 'qwertyuiop1', 'aaaaaaaaaaaa', 'summer2026'])(
    'refuses to open an account with "%s", and says why',
    async (text) => {
      const body = newRegistration({ password: text });
      const refused = await server.anonymous.refused(register, { body });
      expect(refused).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
      expect(refused.details?.[0]).toMatchObject({ field: 'password' });
      expect(refused.details?.[0]?.message.length).toBeGreaterThan(20);
    },
  );

  it('counts when it is changed too', async () => {
    const ada = await person();
    const body = { currentPassword: password, newPassword: 'qwertyuiop1' };
    expect(await ada.refused(changePassword, { body })).toMatchObject({
      status: 400,
      details: [{ field: 'newPassword' }],
    });
    await signIn(server.url, ada.user.email, password);
  });

  it('is estimated in time whatever is sent', async () => {
    const { score } = await strength('x7'.repeat(512));
    expect(score).toBeGreaterThanOrEqual(0);
  });
});
