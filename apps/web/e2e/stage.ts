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
const watchPolicy = async (context: BrowserContext, problems: string[]): Promise<void> => {
  await context.exposeFunction('reportViolation', (violation: string) => void problems.push(violation));
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

interface Open extends Visit {
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

const openVisit = async (browser: Browser, home: string, options: VisitOptions): Promise<Open> => {
  const url = options.url ?? home;
  const width = options.width ?? 1440;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    ...(options.as && { storageState: await signedIn(url, options.as) }),
  });
  context.setDefaultTimeout(patienceMs);
  const problems: string[] = [];
  await watchPolicy(context, problems);
  const page = await context.newPage();
  const expected: RegExp[] = [];
  watch(page, url, problems);
  if (options.at !== undefined) await page.goto(options.at);
  return { page, context, problems, expected, expect: (problem) => void expected.push(problem) };
};

/** Starts the product and a browser. */
export const openStage = async (env: Readonly<Record<string, string>> = {}): Promise<Stage> => {
  const [server, browser] = await Promise.all([startTestServer({ env }), launchBrowser()]);
  let open: Open[] = [];

  const leave = async (failed = false): Promise<void> => {
    const visits = open;
    open = [];
    const wrong = visits.flatMap(unexpected);
    const seen = failed
      ? await Promise.all(visits.map((visit, place) => picture(visit, `${Date.now()}-${place}`)))
      : [];
    await Promise.all(visits.map(({ context }) => context.close()));
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
      const visit = await openVisit(browser, server.url, options);
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
