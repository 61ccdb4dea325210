import type { Datakit, QuadraxClient } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { createOutput } from '../output.ts';
import { withProgress } from '../progress.ts';

interface BatchOptions extends ConnectionOptions {
  readonly modelVersion?: string;
  readonly alias?: string;
  readonly datakitVersion?: string;
  readonly name?: string;
  readonly keep?: string[];
  readonly probabilities: boolean;
  readonly wait: boolean;
}

const numbered = (text: string | undefined, option: string): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new CliError(`${option} takes a whole number, not "${text}".`);
  return Number(text);
};

type BatchBody = Parameters<QuadraxClient['models']['predictBatch']>[1];

const bodyOf = (datakitId: string, options: BatchOptions): BatchBody => {
  const version = numbered(options.modelVersion, '--model-version');
  const datakitVersion = numbered(options.datakitVersion, '--datakit-version');
  const { alias, name, keep, probabilities } = options;
  return {
    datakitId,
    ...(version !== undefined && { version }),
    ...(datakitVersion !== undefined && { datakitVersion }),
    ...(alias !== undefined && { alias }),
    ...(name !== undefined && { name }),
    ...(keep && { keep }),
    ...(!probabilities && { add: ['prediction'] }),
  };
};

const predictBatch = async (model: string, datakit: string, options: BatchOptions): Promise<void> => {
  const client = connect(options);
  const output = createOutput(options.json ?? false);
  const job = await client.models.predictBatch(model, bodyOf(datakit, options));
  if (!options.wait)
    return output.result(job, () => `The job ${job.id} predicts. See it with: quadrax job show ${job.id}`);
  const { result } = await withProgress('Predicting', (update) =>
    client.jobs.wait(job, { onProgress: ({ progress, stage }) => update(progress, stage) }),
  );
  const made: Datakit = await client.datakits.get(String(result?.['datakitId']));
  const { notes } = await client.datakits.version(made.id, made.version);
  output.result({ ...made, notes }, () =>
    [`${made.name} (${made.id}): ${made.rows} rows, ${made.columns.length} columns.`, ...notes].join('\n'),
  );
};

export const addBatch = (models: Command): void => {
  connected(
    models
      .command('predict-batch <model> <datakit>')
      .description('predict every row of a datakit: makes a new datakit'),
  )
    .option('--model-version <n>', 'by this version, deployed or not')
    .option('--alias <name>', 'by the version that this alias serves')
    .option('--datakit-version <n>', 'of this version of the datakit; absent, the current one')
    .option('--name <name>', 'what the new datakit is called')
    .option('--keep <columns...>', 'columns that are taken over; absent, all')
    .option('--no-probabilities', 'add the prediction only, not the probability of each class')
    .option('--no-wait', 'do not wait until it is made')
    .action(predictBatch);
};
