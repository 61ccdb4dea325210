import type { Feature, FeatureUse, ModelVersion } from '@quadrax/contract';
import { formatFixed, plural } from '#lib/format.ts';

const words: Readonly<Record<FeatureUse, string>> = {
  number: 'a number',
  categories: 'categories',
  mean_target: 'categories, each by the mean target of its rows',
  time_parts: 'a time of day and its hour, as far as that varies',
  date_parts: 'a date and its parts: year, month, day, weekday and hour as far as they vary',
  text: 'text, by its words and pairs of words',
};
const kinds: Readonly<Record<Feature['type'], FeatureUse>> = {
  numeric: 'number',
  categorical: 'categories',
  datetime: 'date_parts',
  time: 'time_parts',
  text: 'text',
};

/** How a column was used, in words: "categories, each by the mean target of its rows (3,204 categories)". */
export function featureUseText({ type, use, categories }: Feature): string {
  const said = words[use ?? kinds[type]];
  return categories ? `${said} (${plural(categories.length, 'category', 'categories')})` : said;
}

const corrections = {
  none: '',
  platt: ', corrected by a logistic curve',
  isotonic: ', corrected by rising steps',
};

const rules = { f1: 'F1', balanced_accuracy: 'balanced accuracy' } as const;

/** Of two classes, the one that counts as positive: the second, where it was not kept yet. */
export const positiveOf = ({
  positive,
  classes,
}: Pick<ModelVersion, 'positive' | 'classes'>): string | undefined =>
  positive ?? (classes?.length === 2 ? classes[1] : undefined);

/** How probabilities become labels, in words. */
export function decisionText(
  { threshold, calibrate, rule }: NonNullable<ModelVersion['decision']>,
  label: string | undefined,
): string {
  const found = rule === 'f1' || rule === 'balanced_accuracy' ? `, the best for ${rules[rule]}` : '';
  return `${label ?? 'the second class'} from a probability of ${formatFixed(threshold, 3)} on${found}${corrections[calibrate]}`;
}
