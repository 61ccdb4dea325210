import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { keptMail, newEmail, newModel, readyDatakit, signIn, upload } from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';

/** Everything a list gives, page by page, and what each page says of the whole; `between` happens after each. */
export const pages = async (
  client: TestClient,
  route: RouteDeclaration,
  input: CallInput,
  between: () => Promise<unknown> = async () => {},
): Promise<{ found: unknown[]; totals: (number | undefined)[] }> => {
  const found: unknown[] = [];
  const totals: (number | undefined)[] = [];
  let cursor: string | undefined;
  do {
    const { items, meta } = await client.page(route, { ...input, query: { ...input.query, cursor } });
    found.push(...items);
    totals.push(meta.total);
    cursor = meta.nextCursor;
    await between();
  } while (cursor !== undefined);
  return { found, totals };
};

export const walk = async (...of: Parameters<typeof pages>): Promise<unknown[]> => (await pages(...of)).found;

export const idsOf = (items: unknown[]): string[] => items.map((item) => (item as { id: string }).id);

/** Of whoever fills a list, who signs in a second time for it. */
export const listPassword = 'quite a long phrase to sign in with';
/** Some that are the same but for their case. */
const nameOf = (n: number): string => ['beta', 'Alpha', 'delta', 'ALPHA', 'Gamma', 'alpha'][n % 6] ?? '';

/** What every list may be sorted by, and how one more thing comes into it; the second argument counts them. */
export const sortedListsOf = (
  server: () => TestServer,
): Readonly<
  Record<string, { fields: readonly string[]; add: (person: TestClient, n: number) => Promise<unknown> }>
> => ({
  'datakits.list': {
    fields: ['createdAt', 'updatedAt', 'name'],
    add: async (person, n) => {
      const { id } = await readyDatakit(person);
      return person.call(routes.datakits.update, { params: { id }, body: { name: nameOf(n) } });
    },
  },
  'models.list': {
    fields: ['createdAt', 'updatedAt', 'name'],
    add: (person, n) => newModel(person, { name: nameOf(n) }),
  },
  'jobs.list': { fields: ['createdAt'], add: (person) => upload(person) },
  'account.sessions': {
    fields: ['createdAt'],
    add: ({ user }) => signIn(server().url, user.email, listPassword),
  },
  'account.apiKeys': {
    fields: ['createdAt'],
    add: (person) => person.call(routes.account.createApiKey, { body: { name: 'Nightly' } }),
  },
  'users.list': {
    fields: ['joinedAt', 'email'],
    add: (person) =>
      person.call(routes.users.create, {
        body: { email: newEmail(), firstName: 'Bob', lastName: 'Test', password: listPassword },
      }),
  },
  'users.invitations': {
    fields: ['createdAt', 'email'],
    add: (person) => person.call(routes.users.invite, { body: { email: newEmail() } }),
  },
  'platform.accounts': { fields: ['createdAt', 'email'], add: () => server().register() },
  'mail.list': { fields: ['createdAt'], add: (person) => keptMail(server().database, person) },
});
