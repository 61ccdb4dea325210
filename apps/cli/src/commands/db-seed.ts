import { createClient } from '@quadrax/client';
import type { QuadraxClient } from '@quadrax/client';
import type { Located } from '../database.ts';
import { createOutput } from '../output.ts';
import { withProgress } from '../progress.ts';
import { generatePassword } from './user.ts';

interface Seeded {
  readonly email: string;
  readonly password: string;
  readonly tenant: string;
  readonly datakits: string[];
}

const tenant = 'Demonstration';

/** Through the API itself, so that the samples are taken in, profiled and counted like any upload. */
const addSamples = async (client: QuadraxClient): Promise<string[]> => {
  const samples = await client.datakits.samples();
  return withProgress('Reading the samples', async (update) => {
    const names: string[] = [];
    for (const [at, sample] of samples.entries()) {
      update(at / samples.length, sample.title);
      const datakit = await client.datakits.addSample(sample.name);
      await client.jobs.wait(datakit);
      names.push(datakit.name);
    }
    return names;
  });
};

const seed = async (located: Located, email: string): Promise<Seeded> => {
  const { createLogger, startServer } = await import('@quadrax/server');
  const { opening } = await import('../database.ts');
  const open = opening(located);
  const password = generatePassword();
  // A port of its own, out of others' reach, whatever the configured one is doing.
  const running = await startServer({
    ...open,
    config: { ...open.config, host: '127.0.0.1', port: 0 },
    log: createLogger('warn', process.stderr),
  });
  try {
    const form = { email, password, firstName: 'Demo', lastName: 'Administrator', organization: tenant };
    await running.app.modules.identity.createAccount(
      { ...form, email: email.toLowerCase() },
      { administrator: true },
    );
    const client = createClient({ baseUrl: running.url });
    await client.auth.login({ email, password });
    return { email, password, tenant, datakits: await addSamples(client) };
  } finally {
    await running.close();
  }
};

export const seedDatabase = async (options: { email: string; json?: boolean }): Promise<void> => {
  const { withDatabase } = await import('../database.ts');
  const seeded = await withDatabase((located) => seed(located, options.email));
  createOutput(options.json ?? false).result(seeded, () =>
    [
      `Made the workspace "${tenant}" with ${seeded.datakits.length} sample datakits.`,
      `Sign in as ${seeded.email}`,
      `Password: ${seeded.password}`,
      'It is shown this once and stored nowhere.',
    ].join('\n'),
  );
};
