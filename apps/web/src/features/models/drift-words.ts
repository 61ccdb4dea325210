import type { Drift, Monitoring, Verdict } from '@quadrax/contract';
import { formatInteger } from '#lib/format.ts';
import type { Tone } from '#ui/status-mark.tsx';

/** What a verdict is called, and what it looks like. */
const verdicts: Readonly<Record<Verdict, { readonly label: string; readonly tone: Tone }>> = {
  stable: { label: 'Stable', tone: 'good' },
  moderate: { label: 'Moderate', tone: 'warn' },
  shifted: { label: 'Shifted', tone: 'bad' },
  too_few_rows: { label: 'Too few rows', tone: 'idle' },
};

/** The verdict as it is shown; too few rows say how few. */
export const verdictMark = ({ verdict, rows, needed }: Pick<Drift, 'verdict' | 'rows' | 'needed'>) => {
  const { label, tone } = verdicts[verdict];
  return verdict === 'too_few_rows'
    ? { label: `${label}: ${formatInteger(rows)} of ${formatInteger(needed)}`, tone }
    : { label, tone };
};

/** From here on a bar is full: twice what counts as shifted. */
const fullAt = 0.5;

/** How long the bar of a stability index is, in percent. */
export const driftWidth = (psi: number | undefined): number =>
  psi === undefined ? 0 : Math.max(1, Math.round(100 * Math.min(1, psi / fullAt)));

/** What a version is compared with: "training", "its first 1,000 predictions". */
export const referenceText = ({ reference }: Pick<Monitoring, 'reference'>): string =>
  reference?.source === 'first_predictions'
    ? `its first ${formatInteger(reference.rows)} predictions`
    : 'training';

/** Why a version is not compared, and from when on it is. */
export const uncomparedText = ({ gathering }: Pick<Monitoring, 'gathering'>): string => {
  if (!gathering)
    return 'This version was trained before its training data were kept for comparison. Train it anew to see drift.';
  const { rows, needed } = gathering;
  return `An imported model brings no training data. It will be compared with its first ${formatInteger(needed)} predictions, of which ${formatInteger(rows)} are gathered.`;
};

/** Of a version that nobody asked: what will be seen here. */
export const unaskedText = (monitoring: Pick<Monitoring, 'gathering' | 'reference'>): string => {
  const shown = 'Once predictions are asked for, their number, their time and how far their rows are from';
  const { gathering, reference } = monitoring;
  if (gathering) return `${shown} its first ones are shown here. ${uncomparedText(monitoring)}`;
  const source = reference?.source === 'first_predictions' ? referenceText(monitoring) : 'the training data';
  return `${shown} ${source} are shown here.`;
};
