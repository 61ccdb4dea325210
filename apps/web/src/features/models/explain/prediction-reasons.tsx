import type { ModelVersion, PredictionExplanation } from '@quadrax/contract';
import { useMemo } from 'react';
import { Chart } from '#ui/chart.tsx';
import { barsHeight } from '../charts/bars.ts';
import { contributionSentences } from './explanation-words.ts';
import styles from './explain.module.css';
import { waterfallChart, waterfallSteps } from './waterfall.ts';

/** Why a row is predicted as it is: in words, and as a waterfall from what is expected of any row. */
export function PredictionReasons(props: { explanation: PredictionExplanation; version: ModelVersion }) {
  const { explanation, version } = props;
  const shown = useMemo(() => {
    const typeOf = (name: string) => version.features.find((feature) => feature.name === name)?.type;
    return {
      sentences: contributionSentences(explanation, version.target, typeOf),
      chart: waterfallChart(explanation, version.target, typeOf),
      steps: waterfallSteps(explanation, typeOf).length,
    };
  }, [explanation, version]);
  const label = `Why ${explanation.label ?? version.target}`;
  return (
    <>
      <ul className={styles.reasons}>
        {shown.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
        {shown.sentences.length === 0 && <li>No feature moves this prediction.</li>}
      </ul>
      <Chart
        label={label}
        option={shown.chart.option}
        table={shown.chart.table}
        height={barsHeight(shown.steps) + 16}
      />
    </>
  );
}
