import type { FeatureSchema } from '@quadrax/ml/tabular';
import { shortened } from '#platform/text';
import { valueIn, WrongValue } from './onnx-tensors.compute.ts';
import type { Row } from './onnx-tensors.compute.ts';

/** The least number from 1 to `most` that fails, where all below one that works do, and `most` fails. */
const leastFailing = async (most: number, fails: (count: number) => Promise<boolean>): Promise<number> => {
  let [works, failing] = [0, most];
  while (failing - works > 1) {
    const middle = (works + failing) >> 1;
    if (await fails(middle)) failing = middle;
    else works = middle;
  }
  return failing;
};

const sentence = (feature: FeatureSchema, value: unknown): string => {
  const { name, kind } = feature;
  if (value === null || value === undefined)
    return `${name} is missing, and the model cannot compute without it.`;
  const shown = shortened(JSON.stringify(value), 80);
  const known = kind === 'categorical' ? shortened(feature.categories.slice(0, 10).join(', '), 200) : '';
  return `${name} is ${shown}, which the model cannot compute with.${known === '' ? '' : ` It knows ${known}.`}`;
};

/**
 * The value that a model fails on, of rows that it failed on: of the first such row, the first feature that makes it
 * fail where the others are those of the example. Takes about as many runs as the logarithms of rows and features.
 * @param fails whether the model fails on some rows
 * @returns undefined where it is not the values: it fails on the example too, or on none of the rows alone
 */
export const wrongValueOf = async (
  features: readonly FeatureSchema[],
  rows: readonly Row[],
  example: Row,
  fails: (rows: readonly Row[]) => Promise<boolean>,
): Promise<WrongValue | undefined> => {
  if (await fails([example])) return undefined;
  const at = (await leastFailing(rows.length, (count) => fails(rows.slice(0, count)))) - 1;
  const row = rows[at] ?? {};
  const withOwn = (count: number): Row => {
    const own = features.slice(0, count).map(({ name }): [string, unknown] => [name, valueIn(row, name)]);
    return { ...example, ...Object.fromEntries(own) };
  };
  if (!(await fails([withOwn(features.length)]))) return undefined;
  const place = await leastFailing(features.length, (count) => fails([withOwn(count)]));
  const feature = features[place - 1];
  return feature && new WrongValue(at, feature.name, sentence(feature, valueIn(row, feature.name)));
};
