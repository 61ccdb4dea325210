import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asOperator, populate, signIn, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';

export interface VisitOptions {
  /** Who is signed in; absent: nobody. */
  readonly as?: Account;
  /** Where to go first; absent: nowhere yet. */
  readonly at?: string;
  readonly dark?: boolean;
  /** In CSS pixels; default 1440. */
  readonly width?: number;
  /** Another server than the stage's own. */
  readonly url?: string;
  /** A window that has fetched nothing yet, for tests of what is fetched. */
  readonly cold?: boolean;
}

/** A person with a tenant of their own. */
export interface Account {
  readonly client: TestClient;
  readonly email: string;
  readonly password: string;
}

export interface Operator extends Account {
  /** Of what their tenant has. */
  readonly ids: {
    readonly datakit: string;
    readonly model: string;
    readonly job: string;
    readonly mail: string;
  };
}

/** One browser window with storage of its own, and whatever went wrong in it. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What is wrong is expected from here on, where its text matches. */
  expect(problem: RegExp): void;
  /** What went wrong so far, expected or not: errors in the console, failed requests, breaches of the content policy. */
  readonly problems: readonly string[];
}

/** A running product and a browser to use it with. */
export interface Stage {
  readonly server: TestServer;
  readonly url: string;
  visit(options?: VisitOptions): Promise<Visit>;
  /** A new account with a tenant of its own. */
  account(): Promise<Account>;
  /** A platform administrator whose tenant has one of everything. */
  operator(): Promise<Operator>;
  /** Closes the windows of a test. @throws if anything went wrong in one that was not expected. */
  leave(failed?: boolean): Promise<void>;
  close(): Promise<void>;
}

const patienceMs = 15_000;
const password = 'a long enough sentence';

/** Lists what goes wrong in a page: errors of scripts, failed requests, requests to anyone else. */
const watch = (page: Page, origin: string, problems: string[]): void => {
  page.on('console', (message) => {
    if (message.type() === 'error')
      problems.push(`console: ${message.text()} ${message.location().url.replace(origin, '')}`.trim());
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // The app itself takes back a question whose answer nobody waits for.
    if (reason !== 'net::ERR_ABORTED')
      problems.push(`request: ${request.method()} ${request.url().replace(origin, '')} ${reason}`);
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && host !== new URL(origin).host)
      problems.push(`foreign request: ${request.url()}`);
  });
};

/** Lists what the content policy refuses in any page of a window, from before its first script on. */
const watchPolicy = async ({ context, visit }: Window): Promise<void> => {
  await context.exposeFunction('reportViolation', (violation: string) => visit.problems?.push(violation));
  await context.addInitScript(() => {
    const { reportViolation } = window as unknown as { reportViolation: (violation: string) => void };
    addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event;
      reportViolation(
        `content policy: ${effectiveDirective} refuses ${blockedURI} of ${sourceFile}:${lineNumber} ${sample}`,
      );
    });
  });
};

/** Storage of a browser that somebody has signed in with before. */
const signedIn = async (url: string, { email, password: secret }: Account) => {
  const { session } = await signIn(url, email, secret);
  const domain = new URL(url).hostname;
  return {
    cookies: [
      {
        name: 'quadrax_refresh',
        value: session?.refreshToken ?? '',
        domain,
        path: '/api',
        expires: -1,
        httpOnly: true,
        secure: false,
        sameSite: 'Strict' as const,
      },
    ],
    origins: [{ origin: url, localStorage: [{ name: 'quadrax.session', value: '1' }] }],
  };
};

/** Where somebody uses the product; others do after them, who find its files fetched and compiled. */
interface Window {
  readonly context: BrowserContext;
  readonly url: string;
  /** Whose window it is now. */
  readonly visit: { problems?: string[] };
}

interface Open extends Visit {
  readonly window: Window;
  readonly problems: string[];
  readonly expected: RegExp[];
}

const unexpected = ({ problems, expected }: Open): string[] =>
  problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));

/** A picture of what a failed test saw last. */
const picture = async ({ page }: Open, name: string): Promise<string> => {
  const folder = join(tmpdir(), 'quadrax-e2e');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  return path;
};

const openWindow = async (browser: Browser, url: string): Promise<Window> => {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(patienceMs);
  const window: Window = { context, url, visit: {} };
  await watchPolicy(window);
  return window;
};

/** A window as it was before anybody used it, but for the files of the app that it has fetched. */
const leaveWindow = async ({ context, visit }: Window): Promise<void> => {
  delete visit.problems;
  await Promise.all(context.pages().map((page) => page.close()));
  await context.unrouteAll();
  await context.clearPermissions();
  await context.setOffline(false);
};

const openVisit = async (window: Window, options: VisitOptions): Promise<Open> => {
  const { context, url } = window;
  const problems: string[] = [];
  window.visit.problems = problems;
  await context.setStorageState(options.as ? await signedIn(url, options.as) : { cookies: [], origins: [] });
  const page = await context.newPage();
  const width = options.width ?? 1440;
  await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
  if (options.dark) await page.emulateMedia({ colorScheme: 'dark' });
  const expected: RegExp[] = [];
  watch(page, url, problems);
  if (options.at !== undefined) await page.goto(options.at);
  return { window, page, context, problems, expected, expect: (problem) => void expected.push(problem) };
};

/** Starts the product and a browser. */
export const openStage = async (env: Readonly<Record<string, string>> = {}): Promise<Stage> => {
  const [server, browser] = await Promise.all([startTestServer({ env }), launchBrowser()]);
  let open: Open[] = [];
  const free: Window[] = [];

  const windowAt = async ({ url = server.url, cold = false }: VisitOptions): Promise<Window> => {
    const place = cold ? -1 : free.findIndex((window) => window.url === url);
    return free.splice(place, place < 0 ? 0 : 1)[0] ?? openWindow(browser, url);
  };

  const leave = async (failed = false): Promise<void> => {
    const visits = open;
    open = [];
    const wrong = visits.flatMap(unexpected);
    const seen = failed
      ? await Promise.all(visits.map((visit, place) => picture(visit, `${Date.now()}-${place}`)))
      : [];
    await Promise.all(visits.map(({ window }) => leaveWindow(window)));
    free.push(...visits.map(({ window }) => window));
    if (wrong.length > 0 || seen.length > 0)
      throw new Error([...wrong, ...seen.map((path) => `The page as it was: ${path}`)].join('\n'));
  };

  const account = async (): Promise<Account> => {
    const client = await server.register({ password });
    return { client, email: client.user.email, password };
  };

  return {
    server,
    url: server.url,
    visit: async (options = {}) => {
      const visit = await openVisit(await windowAt(options), options);
      open.push(visit);
      return visit;
    },
    account,
    operator: async () => {
      const operator = await account();
      const { datakit, model, job, mail } = await populate(operator.client, server.database);
      await asOperator(server.database, operator.client);
      return { ...operator, ids: { datakit: datakit.id, model: model.id, job: job.id, mail: mail.id } };
    },
    leave,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
};
