import type { Prediction } from '@quadrax/contract';
import { createRecordExplainer } from '@quadrax/ml/tabular';
import type { Explanation, Model, RecordExplainer } from '@quadrax/ml/tabular';
import { TaskError } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import { AppError } from '#platform/errors';
import { explainRowsTask } from './models.explain.compute.ts';
import { paced } from './models.paced.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * What puts to each prediction of the rows why it is so; that one throws UNUSABLE_MODEL where it takes too long.
 * @throws AppError CONFLICT, VALIDATION_FAILED for too many rows, before anything is computed
 */
export type Explain = (
  rows: readonly Row[],
  signal: AbortSignal,
) => (predictions: readonly Prediction[]) => Promise<Prediction[]>;

/** Multiplications that explaining one row may take in this process, about 20 ms. */
const maxCostHere = 2e6;
/** What a person waits for at most. */
const patienceMs = 10_000;

const tooSlow = (error: unknown): unknown => {
  if (!(error instanceof TaskError)) return error;
  const message = `The model could not be explained: ${error.message} Send fewer rows, or leave explain out.`;
  return new AppError('UNUSABLE_MODEL', { message });
};

/**
 * Made ready with the first explanation that is asked for: most models that are served are never asked. What takes long
 * is explained in a compute process.
 */
export const createExplain = (
  model: Model,
  {
    version,
    artifact,
    share,
  }: {
    readonly version: number;
    readonly artifact: string;
    /** Whom it belongs to. */
    readonly share: string;
  },
  compute: Pick<ComputePool, 'run'>,
): Explain => {
  let made: RecordExplainer | undefined;
  const explanations = (
    { explain, rowCost }: RecordExplainer,
    rows: readonly Row[],
    signal: AbortSignal,
  ): Promise<Explanation[]> => {
    if (rowCost <= maxCostHere) return paced(rows, signal, explain);
    const request = { lane: 'interactive', share, signal, timeoutMs: patienceMs } as const;
    return compute.run(explainRowsTask, { artifact, rows }, request).catch((error: unknown) => {
      throw tooSlow(error);
    });
  };
  return (rows, signal) => {
    made ??= createRecordExplainer(model);
    const explainer = made;
    if (!explainer)
      throw new AppError('CONFLICT', {
        message: `Version ${version} was trained before there were explanations. Train and deploy a new version.`,
      });
    if (rows.length > explainer.recordsAtOnce) {
      const most = explainer.recordsAtOnce;
      const message = `At most ${most} ${most === 1 ? 'row of this model is' : 'rows of this model are'} explained at once. Send fewer, or leave explain out.`;
      throw new AppError('VALIDATION_FAILED', { message, details: [{ field: 'inputs', message }] });
    }
    return async (predictions) => {
      const why = await explanations(explainer, rows, signal);
      return predictions.map((prediction, i) => {
        const explained = why[i];
        if (!explained) return prediction;
        const { values, ...whole } = explained;
        return { ...prediction, explanation: { ...whole, values: [...values] } };
      });
    };
  };
};
