/**
 * Takes the pictures that the README shows: starts the product on an empty data folder, fills it by its own SDK, and
 * writes docs/screenshots/*.png. Fails if a page shows an error, logs one, or a picture is too heavy.
 */
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@quadrax/client';
import type { QuadraxClient } from '@quadrax/client';
import { createLogger, loadConfig, startServer } from '@quadrax/server';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../apps/web/e2e/browser.ts';

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const heaviestBytes = 250_000;
const account = {
  email: 'ada@example.org',
  password: 'correct horse battery staple',
  firstName: 'Ada',
  lastName: 'Lovelace',
  organization: 'Analytical Engine',
};

interface Seeded {
  /** Datakits. */
  readonly penguins: string;
  readonly weather: string;
  /** Models. */
  readonly species: string;
  readonly tumours: string;
}

/** The usual port if nobody has it, since it is seen in a picture. */
const freePort = (wanted: number): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)));
  });

const addSample = async (quadrax: QuadraxClient, sample: string): Promise<string> => {
  const datakit = await quadrax.datakits.addSample(sample);
  await quadrax.jobs.wait(datakit);
  return datakit.id;
};

interface Training {
  readonly name: string;
  readonly type: 'CLASSIFICATION' | 'REGRESSION';
  readonly datakitId: string;
  readonly target: string;
  readonly algorithm: 'auto' | 'gradient_boosting' | 'linear';
}

/** Makes a model and begins to train it. */
const beginTraining = async (quadrax: QuadraxClient, training: Training) => {
  const { name, type, ...settings } = training;
  const { id } = await quadrax.models.create({ name, type });
  return { id, job: await quadrax.models.train(id, { ...settings, parameters: {} }) };
};

const trainedModel = async (quadrax: QuadraxClient, training: Training): Promise<string> => {
  const { id, job } = await beginTraining(quadrax, training);
  await quadrax.jobs.wait(job.id);
  await quadrax.models.deploy(id, { version: 1 });
  return id;
};

const seed = async (quadrax: QuadraxClient): Promise<Seeded> => {
  await quadrax.auth.register(account);
  const penguins = await addSample(quadrax, 'penguins');
  const tissues = await addSample(quadrax, 'breast-cancer');
  const patients = await addSample(quadrax, 'diabetes');
  const weather = await addSample(quadrax, 'seattle-weather');
  const species = await trainedModel(quadrax, {
    name: 'Penguin species',
    type: 'CLASSIFICATION',
    datakitId: penguins,
    target: 'species',
    algorithm: 'gradient_boosting',
  });
  await trainedModel(quadrax, {
    name: 'Diabetes a year later',
    type: 'REGRESSION',
    datakitId: patients,
    target: 'progression',
    algorithm: 'linear',
  });
  const tumours = await trainedModel(quadrax, {
    name: 'Tumour diagnosis',
    type: 'CLASSIFICATION',
    datakitId: tissues,
    target: 'diagnosis',
    algorithm: 'auto',
  });
  return { penguins, weather, species, tumours };
};

interface Look {
  readonly dark?: boolean;
  readonly phone?: boolean;
}

/** A window that somebody has signed in to. Whatever goes wrong in it ends up in `problems`. */
const openWindow = async (browser: Browser, url: string, problems: string[], { dark, phone }: Look = {}) => {
  const page = await browser.newPage({
    baseURL: url,
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto('/sign-in');
  await page.getByLabel('Email or user name').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return page;
};

/** @throws if the page tells of an error, or the picture is too heavy for a README */
const take = async (page: Page, name: string, problems: readonly string[]): Promise<void> => {
  await page.mouse.move(0, 0);
  const alerts = await page.getByRole('alert').allTextContents();
  const wrong = [...problems, ...alerts.filter((text) => text.trim() !== '')];
  if (wrong.length > 0) throw new Error(`${name} shows what went wrong:\n${wrong.join('\n')}`);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = await stat(path);
  if (size > heaviestBytes)
    throw new Error(`${name}.png has ${size} bytes; at most ${heaviestBytes} are shown.`);
  console.log(`${name}.png  ${Math.round(size / 1000)} kB`);
};

/** Opens a page and waits until all of it is there, with every chart drawn. */
const open = async (page: Page, path: string, ready: string): Promise<void> => {
  await page.goto(path);
  await page.getByText(ready, { exact: true }).first().waitFor();
  await page.waitForLoadState('networkidle');
};

/** How long the first candidates may take where other things run too. */
const candidatesMs = 300_000;

/** Waits until a running training shows some candidates. @throws if it ended with fewer */
const candidatesArrive = async (page: Page, quadrax: QuadraxClient, jobId: string): Promise<void> => {
  const giveUpAt = Date.now() + candidatesMs;
  const some = page.getByText(/^([5-9]|\d\d) candidates so far/);
  while (!(await some.isVisible())) {
    const { status } = await quadrax.jobs.get(jobId);
    if (status !== 'QUEUED' && status !== 'RUNNING')
      throw new Error(`The training was ${status} before five candidates were seen.`);
    if (Date.now() > giveUpAt) throw new Error('Five candidates did not arrive in five minutes.');
    await page.waitForTimeout(250);
  }
};

const takeAll = async (browser: Browser, url: string, quadrax: QuadraxClient): Promise<void> => {
  const { penguins, weather, species, tumours } = await seed(quadrax);
  const problems: string[] = [];
  const desk = await openWindow(browser, url, problems);
  const dark = await openWindow(browser, url, problems, { dark: true });
  const phone = await openWindow(browser, url, problems, { phone: true });

  await open(desk, `/datakits/${penguins}?column=bill_length_mm`, 'Quantiles');
  await take(desk, 'datakit', problems);
  await open(desk, `/models/${tumours}`, 'ROC curve');
  await take(desk, 'model', problems);
  await open(dark, `/models/${tumours}`, 'ROC curve');
  await take(dark, 'model-dark', problems);
  await open(desk, `/models/${species}?tab=predict`, 'The same call');
  await desk.getByRole('list', { name: 'Probability of each class' }).waitFor();
  await take(desk, 'predict', problems);
  await open(phone, `/models/${tumours}`, 'Confusion matrix');
  await take(phone, 'phone', problems);

  const { id, job } = await beginTraining(quadrax, {
    name: 'Weather in Seattle',
    type: 'CLASSIFICATION',
    datakitId: weather,
    target: 'weather',
    algorithm: 'auto',
  });
  await open(desk, `/models/${id}`, 'Training log');
  await candidatesArrive(desk, quadrax, job.id);
  await take(desk, 'training', problems);
  await open(dark, '/', 'Latest models');
  await take(dark, 'overview-dark', problems);
  await open(desk, '/', 'Latest models');
  await take(desk, 'overview', problems);
  await quadrax.jobs.cancel(job.id);
};

const dataDir = await mkdtemp(join(tmpdir(), 'quadrax-screenshots-'));
// The database runs as an account of its own when this runs as root.
await chmod(dataDir, 0o711);
try {
  const config = loadConfig({
    NODE_ENV: 'production',
    QUADRAX_DATA_DIR: dataDir,
    QEMLFLOW_CONFIG_PATH: join(dataDir, 'config'),
    PORT: String(await freePort(3001)),
  });
  await mkdir(folder, { recursive: true });
  const server = await startServer({ config, log: createLogger('silent') });
  try {
    const browser = await launchBrowser();
    try {
      await takeAll(browser, server.url, createClient({ baseUrl: server.url }));
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
