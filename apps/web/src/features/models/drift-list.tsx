import type { Drift } from '@quadrax/contract';
import { useMemo } from 'react';
import { formatFixed } from '#lib/format.ts';
import { Chart } from '#ui/chart.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { comparisonChart } from './charts/monitoring-charts.ts';
import { driftWidth, verdictMark } from './drift-words.ts';
import styles from './monitoring.module.css';

/** A bar for each feature; a click opens what was trained on beside what was predicted. */
export function DriftList(props: {
  drifts: readonly Drift[];
  /** What they are compared with, as words. */
  against: string;
  open: string | undefined;
  onOpen: (name: string | undefined) => void;
}) {
  return (
    <ul className={styles.drifts}>
      {props.drifts.map((drift) => {
        const open = drift.name === props.open;
        return (
          <li key={drift.name}>
            <button
              type="button"
              className={styles.drift}
              aria-expanded={open}
              onClick={() => props.onOpen(open ? undefined : drift.name)}
            >
              <span className={styles.name}>{drift.name}</span>
              <span className={styles.track} aria-hidden="true">
                <svg width="100%" height="8" preserveAspectRatio="none" viewBox="0 0 100 8">
                  <rect className={styles[drift.verdict]} width={driftWidth(drift.psi)} height="8" />
                </svg>
              </span>
              <span className={styles.psi}>{drift.psi === undefined ? '–' : formatFixed(drift.psi, 2)}</span>
              <StatusMark {...verdictMark(drift)} />
            </button>
            {open && <Comparison drift={drift} against={props.against} />}
          </li>
        );
      })}
    </ul>
  );
}

function Comparison({ drift, against }: { drift: Drift; against: string }) {
  const chart = useMemo(() => comparisonChart(drift, against), [drift, against]);
  return (
    <div className={styles.comparison}>
      <p className={styles.sentence}>{drift.sentence}</p>
      <Chart
        label={`${drift.name}, in ${against} and as predicted`}
        option={chart.option}
        table={chart.table}
        height={drift.cells.length > 6 ? 320 : 280}
      />
    </div>
  );
}
