import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import type { Config } from '@quadrax/server';
import type { Command } from 'commander';
import { environment } from '../environment.ts';
import { CliError } from '../failure.ts';

interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const settingsOf = ({ port, host, dataDir }: ServeOptions): Record<string, string | undefined> => ({
  ...environment,
  ...(port !== undefined && { PORT: port }),
  ...(host !== undefined && { HOST: host }),
  ...(dataDir !== undefined && { QUADRAX_DATA_DIR: dataDir }),
});

const listeningFailed = (error: NodeJS.ErrnoException, { host, port }: Config): Error => {
  if (error.code === 'EADDRINUSE')
    return new CliError(
      `Port ${port} on ${host} is taken by another program, perhaps by another Quadrax. Stop that one, or choose another port: quadrax serve --port ${port + 1}`,
      'PORT_TAKEN',
    );
  if (error.code === 'EACCES')
    return new CliError(
      `The system does not let this user listen on port ${port}. Choose a port above 1023: quadrax serve --port 3001`,
      'PORT_FORBIDDEN',
    );
  if (error.code === 'EADDRNOTAVAIL')
    return new CliError(
      `This machine has no address ${host}. Use 127.0.0.1, or 0.0.0.0 for every interface: quadrax serve --host 0.0.0.0`,
      'NO_SUCH_ADDRESS',
    );
  return error;
};

/** Fails before the database is started rather than after. */
const tryPort = (config: Config): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(listeningFailed(error, config)));
    probe.listen(config.port, config.host, () => probe.close(() => resolve()));
  });

/** At a terminal only what needs attention, unless more was asked for; elsewhere every line, for who collects them. */
const logLevelOf = (config: Config): string =>
  process.stdout.isTTY && !environment['LOG_LEVEL'] && !environment['QEMLFLOW_LOG_LEVEL']
    ? 'warn'
    : config.logLevel;

const announceStart = ({ databaseUrl, dataDir }: Config): void => {
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres', 'pgdata')))
    say(`First start: creating the database in ${dataDir}`);
  else say('Starting Quadrax');
};

export const addServe = (program: Command): void => {
  program
    .command('serve')
    .description('start the server: API, web app and worker in one process')
    .option('--port <port>', 'port to listen on; 0 takes a free one (PORT, 3001)')
    .option('--host <host>', 'address to listen on; 0.0.0.0 for every interface (HOST, 127.0.0.1)')
    .option('--data-dir <folder>', 'folder for everything that is kept on disk (QUADRAX_DATA_DIR)')
    .action(async (options: ServeOptions) => {
      const { createLogger, loadConfig, startServer, stopOnSignal } = await import('@quadrax/server');
      const config = loadConfig(settingsOf(options));
      await tryPort(config);
      announceStart(config);
      const log = createLogger(logLevelOf(config));
      const running = await startServer({ config, log }).catch((error: NodeJS.ErrnoException) => {
        throw error.syscall === 'listen' ? listeningFailed(error, config) : error;
      });
      stopOnSignal(running, log);
      say(`Quadrax is ready at ${running.url}`);
      const setup = await running.app.modules.identity.setupLink();
      if (setup !== undefined) say(`Make yourself the administrator of this platform, once: ${setup}`);
    });
};
