import { readFile } from 'node:fs/promises';
import type { OnnxSignature } from '@quadrax/ml/onnx';
import type { Table } from '@quadrax/ml/tabular';
import { computeTask, TaskError } from '#platform/compute';
import { fillDatakit } from '#modules/datakits/compute';
import type { DatakitTable, WantedColumn } from '#modules/datakits';
import { createRemarks } from './data/piece-remarks.ts';
import type { Remarks } from './data/piece-remarks.ts';

export interface BatchInput {
  readonly parquet: string;
  readonly columns: DatakitTable['columns'];
  readonly rows: number;
  readonly artifact: string;
  /** Of an imported model: how rows go into its graph. */
  readonly onnx: Pick<OnnxSignature, 'schema' | 'plan'> | undefined;
  /** Which columns are filled. */
  readonly prediction: boolean;
  readonly probabilities: boolean;
  /** Where they are to be written. */
  readonly filled: string;
  readonly temp: string;
  /** The most that is put aside there. */
  readonly tempBytes: number;
  readonly memoryMb: number;
  readonly threads: number;
}

export interface BatchOutput {
  /** Of classes: what the numbers of the prediction stand for. */
  readonly labels: readonly string[] | undefined;
  readonly remarks: Remarks;
}

interface Answers {
  /** Of each row the value, or the place of its label. */
  readonly predicted: Float64Array;
  /** Row by row, of each class. */
  readonly probabilities?: Float64Array | undefined;
}

interface PiecePredictor {
  readonly read: readonly WantedColumn[];
  /** What the places of labels stand for; more may come while rows are predicted. */
  readonly labels?: readonly string[];
  readonly classes: number;
  /** @param before how many rows came before those of the piece */
  answer(piece: Table, before: number): Promise<Answers> | Answers;
}

const openTrained = async (artifact: string): Promise<PiecePredictor> => {
  const { createPredictor, decodeModel } = await import('@quadrax/ml/tabular');
  const predictor = createPredictor(decodeModel(await readFile(artifact)));
  const { features, classes, task } = predictor.schema;
  return {
    read: features.map(({ name, ...feature }) =>
      feature.kind === 'categorical'
        ? { name, kind: feature.kind, categories: feature.categories }
        : { name, kind: feature.kind },
    ),
    ...(task === 'classification' && { labels: classes }),
    classes: classes.length,
    answer: (piece) => {
      const { values, labels, probabilities } = predictor.predictTable(piece);
      return { predicted: values ?? Float64Array.from(labels ?? []), probabilities };
    },
  };
};

/** More labels than these are none: they are kept until the last row. */
const mostLabels = 10_000;

/** The rows of a piece by the names of their columns, as a single prediction takes them. */
const rowsOf = ({ rows, columns }: Table): Record<string, unknown>[] =>
  Array.from({ length: rows }, (_unused, i) =>
    Object.fromEntries(
      columns.map((column) => {
        const value = column.kind === 'categorical' ? undefined : column.values[i];
        return [column.name, value === undefined || Number.isNaN(value) ? null : value];
      }),
    ),
  );

const openImported = async (
  artifact: string,
  { schema, plan }: NonNullable<BatchInput['onnx']>,
  memoryMb: number,
): Promise<PiecePredictor> => {
  const { keptOnnx } = await import('./data/onnx-kept.compute.ts');
  const { WrongValue } = await import('./data/onnx-tensors.compute.ts');
  const session = await keptOnnx(artifact, memoryMb);
  const { classes } = schema;
  const labels = [...classes];
  const places = new Map(labels.map((label, i) => [label, i]));
  const placeOf = (label: string): number => {
    const known = places.get(label);
    if (known !== undefined) return known;
    if (labels.length >= mostLabels)
      throw new TaskError('REFUSED', `The model gives more than ${mostLabels} different labels.`);
    places.set(label, labels.length);
    return labels.push(label) - 1;
  };
  return {
    // It was told no categories: it takes them as they are written.
    read: schema.features.map(({ name, kind }) => ({ name, kind: kind === 'categorical' ? 'text' : kind })),
    ...(schema.task === 'classification' && { labels }),
    classes: classes.length,
    answer: async (piece, before) => {
      const answers = await session.predict(schema, plan, rowsOf(piece)).catch((error: unknown) => {
        if (!(error instanceof WrongValue)) throw error;
        const row = (before + error.row + 1).toLocaleString('en');
        throw new TaskError('REFUSED', `In row ${row}, ${error.message}`, error.feature);
      });
      return {
        predicted: Float64Array.from(answers, ({ label, value = Number.NaN }) =>
          label === undefined ? value : placeOf(label),
        ),
        probabilities: Float64Array.from(
          answers.flatMap(({ probabilities }) => classes.map((name) => probabilities?.[name] ?? Number.NaN)),
        ),
      };
    },
  };
};

/** One class's probabilities out of those of all. */
const ofClass = (probabilities: Float64Array, classes: number, k: number): Float64Array =>
  Float64Array.from(
    { length: probabilities.length / classes },
    (_unused, i) => probabilities[i * classes + k] ?? 0,
  );

/** Predicts every row of a table, a piece at a time: a column of the prediction, and one for each class. */
export const predictTableTask = computeTask(
  import.meta.url,
  'models.predict_table',
  async (
    { artifact, onnx, prediction, probabilities: shares, ...input }: BatchInput,
    context,
  ): Promise<BatchOutput> => {
    const { isUsable } = await import('@quadrax/ml/tabular');
    const { read, labels, classes, answer } = await (onnx
      ? openImported(artifact, onnx, input.memoryMb)
      : openTrained(artifact));
    const places = shares ? Array.from({ length: classes }, (_unused, k) => k) : [];
    const { look, remarks } = createRemarks(isUsable);
    let done = 0;
    await fillDatakit(
      { ...input, read, count: (prediction ? 1 : 0) + places.length },
      async (piece) => {
        const { predicted, probabilities = new Float64Array() } = await answer(look(piece), done);
        done += piece.rows;
        return [...(prediction ? [predicted] : []), ...places.map((k) => ofClass(probabilities, classes, k))];
      },
      (share) => context.progress(Math.round(share * 100), 100, 'Predicting'),
    );
    return { labels, remarks: remarks() };
  },
);
