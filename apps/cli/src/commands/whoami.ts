import { platformAdministrator, roleNames } from '@quadrax/contract';
import type { Command } from 'commander';
import { connect, connected, serverUrl } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { createOutput, facts } from '../output.ts';

export const addWhoami = (program: Command): void => {
  connected(program.command('whoami').description('who is signed in, where and with which role')).action(
    async (options: ConnectionOptions) => {
      const user = await connect(options).account.me();
      createOutput(options.json ?? false).result(user, () =>
        facts([
          ['Name', `${user.firstName} ${user.lastName}`],
          ['Email', user.email],
          ['Tenant', `${user.tenantName} (${user.tenantId})`],
          ['Role', roleNames[user.role] + (user.platformAdministrator ? `, ${platformAdministrator}` : '')],
          ['Server', serverUrl(options)],
        ]),
      );
    },
  );
};
