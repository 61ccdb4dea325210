import type { Command } from 'commander';
import { createOutput } from '../output.ts';

export const addOpenapi = (program: Command): void => {
  program
    .command('openapi')
    .description('print the OpenAPI document of this version')
    .option('--json', 'on one line')
    .action(async (options: { json?: boolean }) => {
      const { openApiDocument } = await import('@quadrax/server');
      const document = await openApiDocument();
      createOutput(options.json ?? false).result(document, () => JSON.stringify(document, null, 2));
    });
};
