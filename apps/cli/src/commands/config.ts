import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { environment } from '../environment.ts';
import { CliError } from '../failure.ts';
import { createOutput, facts } from '../output.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** The folder with the YAML files, named by itself or by one of them. */
const folderOf = (path: string | undefined): string | undefined => {
  if (path === undefined) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new CliError(`There is no configuration at ${path}.`);
  return found.isDirectory() ? path : dirname(path);
};

const load = async ({ config }: ConfigOptions) => {
  const { loadConfig, maskConfig, settings } = await import('@quadrax/server');
  return { masked: maskConfig(loadConfig(environment, folderOf(config))), settings };
};

const spell = (value: unknown): string => {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

export const addConfig = (program: Command): void => {
  const config = program.command('config').description('what the server is configured with');
  const place = ['--config <path>', 'folder with the YAML files, or one of them'] as const;
  config
    .command('show')
    .description('every setting with its value; secrets as dots')
    .option(...place)
    .option('--json', 'print one JSON value')
    .action(async (options: ConfigOptions) => {
      const { masked, settings } = await load(options);
      createOutput(options.json ?? false).result(masked, () =>
        facts(Object.entries(settings).map(([key, { env }]) => [env[0] ?? key, spell(masked[key])] as const)),
      );
    });
  config
    .command('validate')
    .description('check the configuration whole, and list what is wrong')
    .option(...place)
    .option('--json', 'print one JSON value')
    .action(async (options: ConfigOptions) => {
      await load(options);
      createOutput(options.json ?? false).result({ valid: true }, () => 'The configuration is valid.');
    });
};
