import type { Verdict } from '@quadrax/contract';
import type { Tone } from '#ui/status-mark.tsx';

/** What a verdict is called, and what it looks like. */
export const verdicts: Readonly<Record<Verdict, { readonly label: string; readonly tone: Tone }>> = {
  stable: { label: 'Stable', tone: 'good' },
  moderate: { label: 'Moderate', tone: 'warn' },
  shifted: { label: 'Shifted', tone: 'bad' },
  too_few_rows: { label: 'Too few rows', tone: 'idle' },
};

/** From here on a bar is full: twice what counts as shifted. */
const fullAt = 0.5;

/** How long the bar of a stability index is, in percent. */
export const driftWidth = (psi: number | undefined): number =>
  psi === undefined ? 0 : Math.max(1, Math.round(100 * Math.min(1, psi / fullAt)));
