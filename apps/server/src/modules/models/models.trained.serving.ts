import type { Prediction } from '@quadrax/contract';
import type { Predictor, Schema, Tally } from '@quadrax/ml/tabular';
import { AppError } from '#platform/errors';
import type { Client } from '#platform/http';
import type { Explain } from './models.explain.serving.ts';
import { paced } from './models.paced.ts';

type Row = Readonly<Record<string, unknown>>;

/** A value that only the model itself could tell to be wrong. */
export class WrongField extends Error {
  /** The place of the row, from 0. */
  readonly row: number;
  readonly field: string;

  constructor({ row, field, message }: { row: number; field: string; message: string }) {
    super(message);
    this.name = 'WrongField';
    this.row = row;
    this.field = field;
  }
}

/** Who waits for an answer; their going away is asked for only where it is worth to hear of it. */
export type Asker = Pick<Client, 'signal'>;

/** A model that answers, wherever it computes. */
export interface ServedPredictor {
  readonly schema: Schema;
  /** Of rows that fit the schema. @throws WrongField */
  predictRows(rows: readonly Row[], asker: Asker, tally: Tally | undefined): Promise<Prediction[]>;
  readonly explain: Explain;
}

/** Multiplications that one request may take: one to four seconds, by the algorithm. */
const maxCost = 2e9;

/** Runs a model that was trained here in this process, which others wait for too. */
export const createTrainedPredictor = (
  predictor: Pick<Predictor, 'schema' | 'rowCost' | 'predictRow'>,
  explain: Explain,
): ServedPredictor => {
  const rowsAtOnce = Math.max(1, Math.floor(maxCost / predictor.rowCost));
  return {
    schema: predictor.schema,
    explain,
    predictRows: async (rows, asker, tally) => {
      if (rows.length > rowsAtOnce) {
        const message = `This model is slow: at most ${rowsAtOnce} ${rowsAtOnce === 1 ? 'row is' : 'rows are'} predicted at once. Send fewer, or make a datakit of them and predict it as a batch (POST /models/:id/predict/batch).`;
        throw new AppError('VALIDATION_FAILED', { message, details: [{ field: 'inputs', message }] });
      }
      const answer = (row: Row): Prediction => predictor.predictRow(row, tally);
      // Most requests are of one row: nothing is measured for it.
      return rows.length === 1 ? rows.map(answer) : paced(rows, asker.signal, answer);
    },
  };
};
