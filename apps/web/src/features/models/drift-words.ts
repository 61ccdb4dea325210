import type { Drift, Verdict } from '@quadrax/contract';
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
