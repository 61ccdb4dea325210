import process from 'node:process';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../failure.ts';
import { createOutput } from '../output.ts';

interface AuditOptions {
  readonly verifyLog?: boolean;
  readonly json?: boolean;
}

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

const audit = async ({ verifyLog = false, json = false }: AuditOptions): Promise<void> => {
  if (!verifyLog) throw new CliError('Say what to check: quadrax security audit --verify-log');
  const { withApp, withDatabase } = await import('../database.ts');
  const { rows, chains, broken } = await withDatabase((located) =>
    withApp(located, ({ modules }) => modules.audit.verify()),
  );
  const checked = `${counted(rows, 'entry', 'entries')} of ${counted(chains, 'tenant', 'tenants')} checked.`;
  createOutput(json).result({ intact: broken === undefined, rows, chains, ...(broken && { broken }) }, () =>
    broken === undefined
      ? `${checked} The log is as it was written.`
      : `${checked}\nThe log of the tenant ${broken.tenantId} is not as it was written: entry ${broken.id} is ${
          broken.problem === 'missing' ? 'missing' : 'not the one that was written there'
        }.`,
  );
  if (broken) process.exitCode = exitCodes.fault;
};

export const addSecurity = (program: Command): void => {
  program
    .command('security')
    .description('checks of the installation, directly in the database')
    .command('audit')
    .description('look for what is not as it should be, also while the server runs')
    .option('--verify-log', 'whether the audit log is as it was written; the exit code is 1 if it is not')
    .option('--json', 'print one JSON value')
    .action(audit);
};
