import { randomInt } from 'node:crypto';
import { platformAdministrator, routes } from '@quadrax/contract';
import type { Command } from 'commander';
import { CliError } from '../failure.ts';
import { createOutput } from '../output.ts';
import { readInput } from '../prompt.ts';

interface CreateOptions {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly organization?: string;
  readonly admin?: boolean;
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

/** Letters and digits that are not mistaken for each other. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ234679';
const passwordLength = 20;

/** A password of 113 bits. */
export const generatePassword = (): string =>
  Array.from({ length: passwordLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

/** The form as the API would accept it. @throws CliError naming every field that is wrong */
const checked = (form: object) => {
  const outcome = routes.identity.register.body.safeParse(form);
  if (outcome.success) return outcome.data;
  const wrong = outcome.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CliError(wrong.join('\n'), 'VALIDATION_FAILED');
};

export const addUser = (program: Command): void => {
  program
    .command('user')
    .description('accounts, directly in the database')
    .command('create')
    .description('make an account with a workspace of its own, also while the server runs')
    .requiredOption('--email <email>', 'email address')
    .requiredOption('--first-name <name>', 'first name')
    .requiredOption('--last-name <name>', 'last name')
    .option('--organization <name>', 'name of the workspace; absent, the name of the person')
    .option('--admin', 'administrator of the whole platform')
    .option('--password-stdin', 'read the password from standard input; absent, one is generated and printed')
    .option('--json', 'print one JSON value')
    .action(async (options: CreateOptions) => {
      const { email, firstName, lastName, organization, admin = false } = options;
      const password = options.passwordStdin ? await readInput() : generatePassword();
      const form = checked({
        email,
        firstName,
        lastName,
        password,
        ...(organization !== undefined && { organization }),
      });
      const { withApp, withDatabase } = await import('../database.ts');
      const id = await withDatabase((located) =>
        withApp(located, ({ modules }) => modules.identity.createAccount(form, { administrator: admin })),
      );
      const shown = options.passwordStdin ? {} : { password };
      createOutput(options.json ?? false).result(
        { id, email: form.email, administrator: admin, ...shown },
        () =>
          [
            `Made the account ${form.email}${admin ? `, ${platformAdministrator}` : ''}.`,
            ...(options.passwordStdin
              ? []
              : [`Password: ${password}`, 'It is shown this once and stored nowhere.']),
          ].join('\n'),
      );
    });
};
