import type { Model, ModelVersion } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { createOutput, facts, number, table } from '../output.ts';
import { limitOf, upTo } from '../listing.ts';
import { addBatch } from './model-batch.ts';
import { addModelFiles } from './model-files.ts';
import { addPredict } from './model-predict.ts';
import { addTrain, headline, modelTypeOf } from './model-train.ts';

interface CreateOptions extends ConnectionOptions {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
}

interface ListOptions extends ConnectionOptions {
  readonly name?: string;
  readonly limit: string;
}

interface DeployOptions extends ConnectionOptions {
  readonly modelVersion?: string;
  readonly alias?: string;
  readonly canary?: string;
}

const describe = (model: Model, version?: ModelVersion): string => {
  const head = facts([
    ['Model', model.id],
    ['Name', model.name],
    ['About', model.description],
    ['Type', model.type],
    ['Status', model.status],
    ['Version', model.latestVersion?.toString()],
    ['Deployed', model.deployedVersion?.toString()],
    ['Target', version?.target],
    ['Algorithm', version?.algorithm],
    ['Trained', version?.datakit && `${version.trainedAt} on ${version.rowsUsed} rows`],
    ['Imported', version?.imported && `${version.trainedAt} from ${version.imported.fileName}`],
    ['Metrics', version?.datakit && headline(version)],
  ]);
  if (!version) return head;
  const important = version.importance
    .slice(0, 10)
    .map(({ feature, value }) => [feature, number(value)] as const);
  const warnings = version.warnings.map((message) => `Note: ${message}`);
  const tail = warnings.length > 0 ? ['', ...warnings] : [];
  return [head, '', table(['Feature', 'Importance'], important), ...tail].join('\n');
};

const deploy = async (
  id: string,
  { modelVersion, alias, canary, ...options }: DeployOptions,
): Promise<void> => {
  const client = connect(options);
  const version =
    modelVersion === undefined ? (await client.models.get(id)).latestVersion : Number(modelVersion);
  if (version === undefined)
    throw new CliError(
      'The model has no version yet. Train it first: quadrax model train --model ID',
      'NOT_TRAINED',
    );
  const share = canary === undefined ? undefined : Number(canary);
  if (Number.isNaN(share))
    throw new CliError(`--canary takes a percentage, such as 10, and not "${canary}".`);
  const deployed = await client.models.deploy(id, {
    version,
    ...(alias !== undefined && { alias }),
    ...(share !== undefined && { canary: share }),
  });
  createOutput(options.json ?? false).result(deployed, () =>
    deployed.canary
      ? `Version ${version} of the model ${id} is on trial for ${deployed.canary.share} % of what ${deployed.alias} is asked; version ${deployed.version} answers the rest.`
      : `Version ${version} of the model ${id} answers as ${deployed.alias}.`,
  );
};

export const addModel = (program: Command): void => {
  const models = program.command('model').description('models: train, deploy, predict');
  connected(models.command('create').description('make a model to train later'))
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--type <type>', 'classification or regression')
    .option('--description <text>', 'what it is for')
    .action(async ({ name, type, description, ...options }: CreateOptions) => {
      const form = { name, type: modelTypeOf(type), ...(description !== undefined && { description }) };
      const model = await connect(options).models.create(form);
      createOutput(options.json ?? false).result(model, () => `Made the model ${model.name} (${model.id}).`);
    });
  addTrain(models);
  connected(models.command('list').description('models, newest first'))
    .option('--name <part>', 'only those whose name contains this')
    .option('--limit <n>', 'how many at most', '50')
    .action(async ({ name, limit, ...options }: ListOptions) => {
      const filter = { ...(name !== undefined && { name }), ...limitOf(limit) };
      const found = await upTo(connect(options).models.list(filter), limit);
      createOutput(options.json ?? false).result(found, () =>
        table(
          ['Id', 'Name', 'Type', 'Status', 'Version', 'Metric'],
          found.map((model) => [
            model.id,
            model.name,
            model.type,
            model.status,
            String(model.latestVersion ?? ''),
            model.metric ? `${model.metric.name} ${number(model.metric.value)}` : '',
          ]),
        ),
      );
    });
  connected(models.command('show <id>').description('a model and its latest version')).action(
    async (id: string, options: ConnectionOptions) => {
      const client = connect(options);
      const model = await client.models.get(id);
      const latest = model.latestVersion;
      const version = latest === undefined ? undefined : await client.models.version(id, latest);
      createOutput(options.json ?? false).result({ ...model, ...(version && { latest: version }) }, () =>
        describe(model, version),
      );
    },
  );
  connected(models.command('deploy <id>').description('serve a version'))
    .option('--model-version <n>', 'which; absent, the latest')
    .option('--alias <name>', 'such as production or staging')
    .option('--canary <percent>', 'only put it on trial for so many percent of the requests')
    .action(deploy);
  connected(models.command('undeploy <id>').description('stop serving a model'))
    .option('--alias <name>', 'only this alias')
    .action(async (id: string, { alias, ...options }: ConnectionOptions & { readonly alias?: string }) => {
      const model = await connect(options).models.undeploy(id, alias === undefined ? {} : { alias });
      const as = alias === undefined ? '' : ` as ${alias}`;
      createOutput(options.json ?? false).result(
        model,
        () => `The model ${model.name} is no longer served${as}.`,
      );
    });
  addPredict(models);
  addBatch(models);
  addModelFiles(models);
};
