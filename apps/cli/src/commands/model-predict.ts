import type { Feature, Prediction, PredictInputs, QuadraxClient } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { createOutput, number, table } from '../output.ts';
import { readRows } from '../rows.ts';
import type { Row } from '../rows.ts';

interface PredictOptions extends Omit<ConnectionOptions, 'json'> {
  /** `true`, or the row itself: whoever gives JSON gets JSON. */
  readonly json?: boolean | string;
  readonly file?: string;
}

interface Predictions {
  readonly version: number;
  readonly predictions: Prediction[];
}

const largestBatch = 10_000;

const parsed = (text: string): PredictInputs => {
  try {
    return JSON.parse(text) as PredictInputs;
  } catch {
    throw new CliError(`The row is no JSON: ${text.slice(0, 80)}. Write it like '{"age": 42}'.`);
  }
};

/** Texts of a CSV file as the types that the model was trained on; what does not fit is left for the server to name. */
const typed = (row: Row, features: readonly Feature[]): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const type = features.find((feature) => feature.name === name)?.type;
      if (value === '') return [name, null];
      const amount = type === 'numeric' && typeof value === 'string' ? Number(value) : Number.NaN;
      return [name, Number.isNaN(amount) ? value : amount];
    }),
  );

const rowsFor = async (client: QuadraxClient, id: string, file: string): Promise<Row[]> => {
  const { rows, texts } = await readRows(file);
  if (rows.length === 0) throw new CliError(`${file} has no rows.`);
  if (!texts) return rows;
  const { deployedVersion } = await client.models.get(id);
  const features =
    deployedVersion === undefined ? [] : (await client.models.version(id, deployedVersion)).features;
  // A file may hold more columns than the model takes, the target not least.
  const known = new Set(features.map(({ name }) => name));
  const wanted = (row: Row): Row =>
    known.size === 0 ? row : Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name)));
  return rows.map((row) => typed(wanted(row), features));
};

const inBatches = async (client: QuadraxClient, id: string, rows: readonly Row[]): Promise<Predictions> => {
  const predictions: Prediction[] = [];
  let version = 0;
  for (let start = 0; start < rows.length; start += largestBatch) {
    const answer = await client.models.predict(id, rows.slice(start, start + largestBatch));
    version = answer.version;
    predictions.push(...answer.predictions);
  }
  return { version, predictions };
};

const describe = ({ predictions }: Predictions): string => {
  const classes = Object.keys(predictions[0]?.probabilities ?? {});
  const rows = predictions.map(({ label, value, probabilities }) => [
    label ?? (value === undefined ? '' : number(value)),
    ...classes.map((name) => number(probabilities?.[name] ?? 0)),
  ]);
  return table(['Prediction', ...classes.map((name) => `p(${name})`)], rows);
};

/** `--json ID` reads the model's id as a row: told apart by how a row begins. */
const untangled = (given: string | undefined, json: PredictOptions['json']) => {
  const row = typeof json === 'string' && /^\s*[[{]/.test(json) ? json : undefined;
  const id = given ?? (typeof json === 'string' && row === undefined ? json : undefined);
  if (id === undefined) throw new CliError("missing required argument 'model'");
  if (given !== undefined && typeof json === 'string' && row === undefined) parsed(json);
  return { id, row };
};

export const addPredict = (models: Command): void => {
  const predict = models.command('predict [model]').description('predict rows with the deployed version');
  connected(predict, '--json [row]')
    .option('--file <path>', 'rows as CSV, JSON or one JSON object a line')
    .action(async (given: string | undefined, { json, file, ...options }: PredictOptions) => {
      const { id, row } = untangled(given, json);
      if ((row === undefined) === (file === undefined))
        throw new CliError(`Give the row, as in --json '{"age": 42}', or rows with --file.`);
      const client = connect(options);
      const answer =
        row === undefined
          ? await inBatches(client, id, await rowsFor(client, id, file ?? ''))
          : await client.models.predict(id, parsed(row));
      createOutput(json !== undefined).result(answer, () => describe(answer));
    });
};
