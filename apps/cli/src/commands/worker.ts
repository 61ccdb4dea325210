import type { Command } from 'commander';
import { environment } from '../environment.ts';
import { CliError } from '../failure.ts';

export const addWorker = (program: Command): void => {
  program
    .command('worker')
    .description('take jobs and answer no requests; for several processes on one database')
    .action(async () => {
      const { createApp, createLogger, loadConfig, stopOnSignal } = await import('@quadrax/server');
      const config = loadConfig(environment);
      if (config.databaseUrl === undefined)
        throw new CliError(
          'A worker of its own shares a database with the server. Set DATABASE_URL for both; with the embedded database "quadrax serve" does the work itself.',
        );
      const log = createLogger(config.logLevel);
      const app = await createApp({ config, log, work: true });
      // Nothing else keeps a process alive that listens nowhere.
      const alive = setInterval(() => {}, 2 ** 30);
      const close = async (): Promise<void> => {
        await app.close();
        clearInterval(alive);
      };
      stopOnSignal({ close }, log);
      process.stderr.write('The worker takes jobs.\n');
    });
};
