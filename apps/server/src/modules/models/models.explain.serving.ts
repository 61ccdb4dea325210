import type { Prediction } from '@quadrax/contract';
import { createRecordExplainer } from '@quadrax/ml/tabular';
import type { Model, RecordExplainer } from '@quadrax/ml/tabular';
import { AppError } from '#platform/errors';

type Row = Readonly<Record<string, unknown>>;

/** Puts to each prediction why it is so. @throws AppError CONFLICT, VALIDATION_FAILED for too many rows */
export type Explain = (rows: readonly Row[], predictions: readonly Prediction[]) => Prediction[];

/** Made ready with the first explanation that is asked for: most models that are served are never asked. */
export const createExplain = (model: Model, version: number): Explain => {
  let made: RecordExplainer | undefined;
  return (rows, predictions) => {
    made ??= createRecordExplainer(model);
    const explainer = made;
    if (!explainer)
      throw new AppError('CONFLICT', {
        message: `Version ${version} was trained before there were explanations. Train and deploy a new version.`,
      });
    if (rows.length > explainer.recordsAtOnce) {
      const message = `At most ${explainer.recordsAtOnce} rows of this model are explained at once. Send fewer, or leave explain out.`;
      throw new AppError('VALIDATION_FAILED', { message, details: [{ field: 'inputs', message }] });
    }
    return predictions.map((prediction, i) => {
      const { values, ...whole } = explainer.explain(rows[i] ?? {});
      return { ...prediction, explanation: { ...whole, values: [...values] } };
    });
  };
};
