import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CommanderError } from 'commander';
import { addConfig } from './commands/config.ts';
import { addDatakit } from './commands/datakit.ts';
import { addDb } from './commands/db.ts';
import { addJob } from './commands/job.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addModel } from './commands/model.ts';
import { addOpenapi } from './commands/openapi.ts';
import { addSecurity } from './commands/security.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addUser } from './commands/user.ts';
import { addWhoami } from './commands/whoami.ts';
import { addWorker } from './commands/worker.ts';
import { exitCodes } from './failure.ts';

/** Help or the version was shown in place of a command. */
export class HelpShown extends Error {
  readonly exit: number;

  constructor(exit: number) {
    super('Help was shown.');
    this.exit = exit;
  }
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

/** Commander ends by throwing; asked-for help is no failure, a noun without its verb is. */
const end = (error: CommanderError): never => {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') throw new HelpShown(0);
  if (error.code === 'commander.help') throw new HelpShown(exitCodes.usage);
  throw error;
};

/** The program with all its commands. Each is one file in `commands`, which loads what it needs when it runs. */
export const createProgram = (json: boolean): Command => {
  const program = new Command('quadrax')
    .description('Quadrax: data in; a trained, explained, deployed and watched model out.')
    .version(version())
    .exitOverride(end)
    .configureOutput({ writeErr: (text) => void (json || process.stderr.write(text)), outputError: () => {} })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 fault, 2 usage or configuration, 3 not reachable, 4 refused.',
    );
  program.commandsGroup('Server:');
  addServe(program);
  addWorker(program);
  addStatus(program);
  addConfig(program);
  addDb(program);
  addUser(program);
  addSecurity(program);
  program.commandsGroup('Session:');
  addLogin(program);
  addLogout(program);
  addWhoami(program);
  program.commandsGroup('Work:');
  addDatakit(program);
  addModel(program);
  addJob(program);
  program.commandsGroup('More:');
  addOpenapi(program);
  return program;
};
