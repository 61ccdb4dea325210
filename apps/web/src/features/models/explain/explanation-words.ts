import type { ExplanationScale, Feature, PredictionExplanation } from '@quadrax/contract';
import { clockText } from '@quadrax/contract/clock';
import { formatDay, formatNumber, formatPercent } from '#lib/format.ts';

type Shown = string | number | boolean | null;

/** The scale as the title of an axis. */
export function scaleName(scale: ExplanationScale, subject: string): string {
  if (scale === 'log-odds') return `Log-odds of ${subject}`;
  if (scale === 'centred-log-odds') return `Log-odds of ${subject} against the mean class`;
  if (scale === 'probability') return `Probability of ${subject}`;
  return scale === 'log' ? `Logarithm of ${subject}` : subject;
}

/** A value of a feature as people read it; dates come in milliseconds or as text. */
export function valueText(value: Shown, type: Feature['type'] | undefined): string {
  if (value === null || value === '') return 'missing';
  if (type === 'time' && typeof value === 'number') return clockText(value);
  if (type === 'datetime') {
    const date = new Date(value as string | number);
    return Number.isNaN(date.getTime()) ? String(value) : formatDay(date.toISOString());
  }
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** How large a contribution is, without its sign: "12.3 points" of a probability, "1.24" of all else. */
export function sizeText(contribution: number, scale: ExplanationScale): string {
  const size = Math.abs(contribution);
  return scale === 'probability' ? formatPercent(size) : formatNumber(size, 3);
}

/** The largest contributions in sentences: "bill_length_mm = 46.1 raises Gentoo by 1.24 in log-odds." */
export function contributionSentences(
  explanation: PredictionExplanation,
  target: string,
  typeOf: (feature: string) => Feature['type'] | undefined,
  most = 3,
): string[] {
  const { scale, values } = explanation;
  const subject = explanation.label ?? target;
  const unit = scale.endsWith('log-odds') ? ' in log-odds' : scale === 'log' ? ' in its logarithm' : '';
  return values
    .filter(({ contribution }) => contribution !== 0)
    .slice(0, most)
    .map(({ feature, value, contribution }) => {
      const verb = contribution > 0 ? 'raises' : 'lowers';
      return `${feature} = ${valueText(value, typeOf(feature))} ${verb} ${subject} by ${sizeText(contribution, scale)}${unit}.`;
    });
}
