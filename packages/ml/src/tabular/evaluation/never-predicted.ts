import type { Metrics, Schema, ThresholdRule, TrainOptions, Warning } from '../types.ts';

/** Of fewer held-out rows it says little that none was predicted. */
const leastRows = 5;
/** A class that is predicted less often than so, by the rows it has, is as good as never answered. */
const leastShare = 0.1;

/** Warnings of classes that are nearly never answered for held-out rows, with what to set. */
export function neverPredicted(
  { confusion }: Metrics,
  { target }: Schema,
  rule: ThresholdRule,
  { classWeights = 'none', algorithm }: TrainOptions,
): Warning[] {
  if (!confusion || algorithm === 'baseline') return [];
  const { labels, matrix } = confusion;
  const missed = labels.flatMap((label, k) => {
    const rows = matrix[k].reduce((sum, count) => sum + count, 0);
    const answered = matrix.reduce((sum, row) => sum + row[k], 0);
    return rows >= leastRows && answered < leastShare * rows ? [{ label, rows, answered }] : [];
  });
  if (missed.length === 0) return [];
  const { label, rows, answered } = missed.reduce((a, b) => (b.rows > a.rows ? b : a));
  const times = answered === 1 ? 'once' : `${answered} times`;
  const seldom = answered === 0 ? 'was never predicted' : `was predicted only ${times}`;
  const others = missed.length > 1 ? ` So it is with ${missed.length - 1} more of the classes.` : '';
  const message = `The class ${label} ${seldom} for the held-out rows, of which ${rows} are of it.${others} ${remedy(labels.length, rule, classWeights)}`;
  return [{ code: 'NEVER_PREDICTED', column: target, count: rows, message }];
}

function remedy(
  classes: number,
  rule: ThresholdRule,
  weights: NonNullable<TrainOptions['classWeights']>,
): string {
  if (classes === 2 && (rule === 'half' || typeof rule === 'number')) {
    return 'Set the threshold to balanced_accuracy or f1, which answers it more often.';
  }
  if (weights === 'none' && classes > 2)
    return 'Set the class weights to balanced, which makes it count more.';
  return 'The features may not tell it from the others: add columns or rows of it.';
}
