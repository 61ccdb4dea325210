import { createRandom } from '../../random/random.ts';
import { gather } from '../data/frame.ts';
import type { DecidedFold } from '../selection/decide.ts';
import type { Session } from '../selection/session.ts';
import type { HeldOut } from '../types.ts';
import { labelled } from './metrics.ts';

const mostRows = 50_000;

/** Held-out predictions of all folds, row by row, labelled as the confusion matrix counts them. `tableRows`: where each row of the dataset is in the table. */
export function heldOutPredictions(
  { dataset, schema, seed }: Session,
  folds: readonly DecidedFold[],
  tableRows: Int32Array,
): HeldOut {
  const rows = Int32Array.from(folds.flatMap(({ split }) => Array.from(split.test)));
  const classes = schema.classes.length;
  const outputs = Float64Array.from(folds.flatMap((fold) => Array.from(fold.predicted)));
  const labels = (fold: DecidedFold): Int32Array => labelled(fold.predicted, classes, fold.threshold);
  const predicted =
    classes === 0 ? outputs : Float64Array.from(folds.flatMap((fold) => Array.from(labels(fold))));
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
