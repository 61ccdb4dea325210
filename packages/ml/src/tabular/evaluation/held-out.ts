import { createRandom } from '../../random/random.ts';
import { gather } from '../data/frame.ts';
import type { FoldFit } from '../selection/assess.ts';
import type { Session } from '../selection/session.ts';
import type { HeldOut } from '../types.ts';
import { likeliest } from './metrics.ts';

const mostRows = 50_000;

/** Held-out predictions of all folds, row by row. `tableRows`: where each row of the dataset is in the table. */
export function heldOutPredictions(
  { dataset, schema, seed }: Session,
  folds: readonly FoldFit[],
  tableRows: Int32Array,
): HeldOut {
  const rows = Int32Array.from(folds.flatMap(({ split }) => Array.from(split.test)));
  const outputs = Float64Array.from(folds.flatMap(({ predicted }) => Array.from(predicted)));
  const classes = schema.classes.length;
  const predicted = classes === 0 ? outputs : Float64Array.from(likeliest(outputs, classes));
  const places = createRandom(seed, 0x68656c64).shuffle(Int32Array.from(rows.keys())).slice(0, mostRows);
  places.sort((a, b) => rows[a] - rows[b]);
  return {
    rows: places.map((place) => tableRows[rows[place]]),
    actual: gather(
      dataset.target.values,
      places.map((place) => rows[place]),
    ),
    predicted: gather(predicted, places),
    ...(classes > 0 && {
      probability: Float64Array.from(places, (place) => outputs[place * classes + predicted[place]]),
    }),
  };
}
