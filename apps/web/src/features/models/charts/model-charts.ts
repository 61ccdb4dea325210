import type { ModelVersion } from '@quadrax/contract';
import { higherIsBetter } from '@quadrax/contract/words';
import { formatMetric, metricLabel } from '#lib/words.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import type { Bar } from '../candidates.ts';

import { intervalBars } from './bars.ts';

/** Candidates as bars, the best on top. */
export function leaderboardChart(bars: readonly Bar[], metric: string): ChartSpec {
  const way = higherIsBetter(metric) ? 'higher is better' : 'lower is better';
  return intervalBars({
    bars: bars.map((bar) => ({
      label: bar.label,
      value: bar.score,
      ...(bar.std !== undefined && { spread: bar.std }),
      marked: bar.chosen,
      ...(bar.parameters !== '' && { note: bar.parameters }),
    })),
    name: `${metricLabel(metric)}, ${way}`,
    format: (value) => formatMetric(metric, value),
    what: 'Candidate',
  });
}

export const MOST_FEATURES = 10;

/** Permutation importance, the most important on top; at most ten. */
export function importanceChart(importance: ModelVersion['importance'], metric: string): ChartSpec {
  const bars = importance.toSorted((a, b) => b.value - a.value).slice(0, MOST_FEATURES);
  return intervalBars({
    bars: bars.map(({ feature, value, std }) => ({
      label: feature,
      value,
      ...(std !== undefined && { spread: std }),
      marked: true,
    })),
    name: `${metricLabel(metric)} lost when shuffled`,
    format: (value) => formatMetric(metric, value),
    what: 'Feature',
  });
}
