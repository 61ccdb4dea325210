import { QuadraxError } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, serverUrl } from '../connection.ts';
import { forgetProfile, profileOf } from '../credentials.ts';
import { createOutput } from '../output.ts';

export const addLogout = (program: Command): void => {
  program
    .command('logout')
    .description('end the kept session')
    .option('--url <address>', 'address of the server (QUADRAX_URL)')
    .option('--json', 'print one JSON value')
    .action(async (options: { url?: string; json?: boolean }) => {
      const url = serverUrl(options);
      const output = createOutput(options.json ?? false);
      if (!profileOf(url))
        return output.result({ url, ended: false }, () => `Nobody was signed in at ${url}.`);
      try {
        await connect(options).auth.logout();
      } catch (error) {
        // A session that is over, or a server that is gone, must not keep anyone from signing out here.
        if (!(error instanceof QuadraxError)) throw error;
        if (error.status !== 401) output.note(`The session ends here only: ${error.message}`);
      }
      forgetProfile(url);
      output.result({ url, ended: true }, () => `Signed out at ${url}.`);
    });
};
