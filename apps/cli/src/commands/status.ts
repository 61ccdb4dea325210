import { createClient } from '@quadrax/client';
import type { Health } from '@quadrax/client';
import type { Command } from 'commander';
import { serverUrl } from '../connection.ts';
import { CliError, exitCodes } from '../failure.ts';
import { createOutput, facts, number, table } from '../output.ts';

const describe = (url: string, health: Health): string => {
  const rows = Object.entries(health.services).map(([name, { status, latencyMs, message }]) => [
    name,
    status,
    latencyMs === undefined ? '' : `${number(latencyMs)} ms`,
    message ?? '',
  ]);
  const head = facts([
    ['Server', url],
    ['Version', health.version],
    ['Status', health.status],
  ]);
  return `${head}\n\n${table(['Part', 'Status', 'Latency', ''], rows)}`;
};

export const addStatus = (program: Command): void => {
  program
    .command('status')
    .description('how a running server and its parts are')
    .option('--url <address>', 'address of the server (QUADRAX_URL)')
    .option('--json', 'print one JSON value')
    .action(async (options: { url?: string; json?: boolean }) => {
      const url = serverUrl(options);
      const health = await createClient({ baseUrl: url }).operations.health();
      if (health.status === 'unhealthy' && !options.json)
        throw new CliError(describe(url, health), 'UNHEALTHY', exitCodes.fault);
      createOutput(options.json ?? false).result(health, () => describe(url, health));
    });
};
