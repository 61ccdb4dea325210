import { openAsBlob, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ImportOptions } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { createOutput, size } from '../output.ts';

const frameworks = ['ONNX', 'TENSORFLOW', 'PYTORCH', 'SKLEARN', 'XGBOOST'] as const;
const formats = ['onnx', 'json'] as const;

interface ImportFlags extends ConnectionOptions {
  readonly name?: string;
  readonly description?: string;
  readonly framework: string;
  readonly features?: string;
  readonly classes?: string;
  readonly deploy?: boolean;
}

interface ExportFlags extends ConnectionOptions {
  readonly format: string;
  readonly modelVersion?: string;
  readonly output?: string;
}

const oneOf = <T extends string>(known: readonly T[], given: string, what: string): T => {
  const found = known.find((one) => one.toLowerCase() === given.toLowerCase());
  if (found === undefined)
    throw new CliError(`There is no ${what} "${given}". Take one of: ${known.join(', ').toLowerCase()}.`);
  return found;
};

const names = (text: string | undefined): string[] | undefined => text?.split(',').map((name) => name.trim());

const importModel = async (file: string, flags: ImportFlags): Promise<void> => {
  const framework = oneOf(frameworks, flags.framework, 'framework');
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new CliError(`There is no file ${file}.`, 'NO_FILE');
  const client = connect(flags);
  const { name, description, features, classes, deploy = false } = flags;
  const options: ImportOptions = {
    fileName: basename(file),
    name,
    description,
    framework,
    features: names(features),
    classes: names(classes),
  };
  const model = await client.models.import(await openAsBlob(file), options);
  const version = await client.models.version(model.id, 1);
  if (deploy) await client.models.deploy(model.id, { version: 1 });
  createOutput(flags.json ?? false).result({ ...model, deployed: deploy, latest: version }, () =>
    [
      `Imported the model ${model.name} (${model.id}). It takes ${version.features.map((feature) => feature.name).join(', ')}.`,
      ...version.warnings.map((message) => `Note: ${message}`),
      deploy ? 'It is deployed.' : `To serve it: quadrax model deploy ${model.id}`,
    ].join('\n'),
  );
};

const exportModel = async (id: string, flags: ExportFlags): Promise<void> => {
  const format = oneOf(formats, flags.format, 'format');
  const version = flags.modelVersion === undefined ? {} : { version: Number(flags.modelVersion) };
  const blob = await connect(flags).models.export(id, { format, ...version });
  const file = flags.output ?? `${id}.${format}`;
  await writeFile(file, Buffer.from(await blob.arrayBuffer()), { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST'
        ? new CliError(`${file} exists already. Name another with --output.`, 'FILE_EXISTS')
        : error;
    },
  );
  createOutput(flags.json ?? false).result(
    { file, bytes: blob.size },
    () => `Wrote ${file}, ${size(blob.size)}.`,
  );
};

/** Models as files: out as ONNX or JSON, in as ONNX. */
export const addModelFiles = (models: Command): void => {
  connected(models.command('import <file>').description('make a model of an ONNX file'))
    .option('--name <name>', 'what it is called; absent, the name of the file')
    .option('--description <text>', 'what it is for')
    .option(
      '--framework <name>',
      'what it was made with: onnx, tensorflow, pytorch, sklearn or xgboost',
      'onnx',
    )
    .option('--features <columns>', 'names of its columns, with commas')
    .option('--classes <names>', 'names of its classes, with commas')
    .option('--deploy', 'serve it at once')
    .action(importModel);
  connected(models.command('export <id>').description('write a version to a file for other programs'))
    .option('--format <format>', 'onnx or json', 'onnx')
    .option('--model-version <n>', 'which; absent, the deployed one, or else the latest')
    .option('-o, --output <file>', 'where to; absent, a file named after the model')
    .action(exportModel);
};
