import { createClient } from '@quadrax/client';
import type { Command } from 'commander';
import { kept, reachServer, serverUrl } from '../connection.ts';
import { keepProfile } from '../credentials.ts';
import { createOutput } from '../output.ts';
import { ask, askSecret, readInput } from '../prompt.ts';

interface LoginOptions {
  readonly url?: string;
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

export const addLogin = (program: Command): void => {
  program
    .command('login')
    .description('sign in at a server and keep the session for other commands')
    .option('--url <address>', 'address of the server (QUADRAX_URL)')
    .option('--email <email>', 'email address or user name')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print one JSON value')
    .action(async (options: LoginOptions) => {
      const url = serverUrl(options);
      // Before anything is asked: nobody types a password for a server that is not there.
      await reachServer(url);
      const username = options.email ?? (await ask('Email: ', 'Say who signs in with --email.'));
      const password = options.passwordStdin
        ? await readInput()
        : await askSecret('Password: ', 'Give the password on standard input with --password-stdin.');
      const { user, ...tokens } = await createClient({ baseUrl: url }).auth.login({ username, password });
      keepProfile(url, { email: user.email, ...kept(tokens) });
      createOutput(options.json ?? false).result(
        { url, user },
        () => `Signed in at ${url} as ${user.email}, in the workspace ${user.tenantName}.`,
      );
    });
};
