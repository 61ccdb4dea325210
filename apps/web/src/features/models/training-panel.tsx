import type { Model } from '@quadrax/contract';
import { QuadraxError } from '@quadrax/client';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { plural } from '#lib/format.ts';
import { metricLabel } from '#lib/words.ts';
import { Chart } from '#ui/chart.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Figure } from '#ui/figure.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { arrivalBars, furthest, rungSentence } from './candidates.ts';
import { barsHeight } from './charts/bars.ts';
import { leaderboardChart } from './charts/model-charts.ts';
import styles from './model-page.module.css';
import { useCandidates, useLastTraining } from './model-queries.ts';
import { trainingFailure } from './model-state.ts';
import { TrainingLog } from './training-log.tsx';

/** Candidates drawn while they arrive; the frame has their height from the first, so that nothing moves. */
const SHOWN = 8;

/** A training as it happens: its progress, the candidates as they come in, and what it says. */
export function TrainingPanel({ model, jobId, first }: { model: Model; jobId: string; first: boolean }) {
  const arrivals = useCandidates(model.id, jobId);
  const { count, metric, chart, rung } = useMemo(() => {
    const by = arrivals[0]?.metric ?? '';
    return {
      count: furthest(arrivals).length,
      metric: by,
      chart: leaderboardChart(arrivalBars(arrivals).slice(0, SHOWN), by),
      rung: rungSentence(arrivals),
    };
  }, [arrivals]);
  return (
    <section className={first ? styles.training : `${styles.training} ${styles.again}`} aria-label="Training">
      <h2 className="visually-hidden">Training</h2>
      <JobProgress jobId={jobId} />
      <div className={styles.live}>
        <Figure
          title={
            count === 0
              ? 'Candidates'
              : `${plural(count, 'candidate')} so far, by ${metricLabel(metric)} on held-out rows`
          }
          caption={rung === '' ? undefined : rung}
        >
          <div style={{ minHeight: barsHeight(SHOWN) }}>
            {count === 0 ? (
              <p className={styles.quiet}>Each candidate appears here as soon as it has been judged.</p>
            ) : (
              <Chart
                label="Candidates so far"
                option={chart.option}
                table={chart.table}
                height={barsHeight(Math.min(count, SHOWN))}
              />
            )}
          </div>
        </Figure>
        <Figure title="Training log">
          <TrainingLog source={{ jobId }} running />
        </Figure>
      </div>
    </section>
  );
}

/**
 * Why the last training ended without a version; nothing when a version has been made since.
 * @param bare the model has no version to show
 */
export function LastTraining(props: { modelId: string; latest: string | undefined; bare: boolean }) {
  const { data: job, isPending } = useLastTraining(props.modelId);
  const reason = trainingFailure(job, props.latest);
  if (!job || reason === undefined) return props.bare && !isPending ? <Untrained /> : null;
  const again = (
    <Button
      variant="default"
      size="xs"
      mt={8}
      renderRoot={(root) => (
        <Link {...root} to="/models/new" search={{ modelId: props.modelId, jobId: job.id }} />
      )}
    >
      Train with other settings
    </Button>
  );
  return (
    <div className={styles.failure}>
      {job.status === 'CANCELLED' ? (
        // Somebody wanted it so: nothing is wrong.
        <EmptyState title="The last training was stopped." sentence={reason} action={again} />
      ) : (
        <ErrorState
          title="The last training failed."
          error={new QuadraxError({ code: 'UNTRAINABLE', message: reason })}
          hint={again}
        />
      )}
      <details>
        <summary>Training log</summary>
        <TrainingLog source={{ jobId: job.id }} running={false} />
      </details>
    </div>
  );
}

const Untrained = () => (
  <EmptyState
    title="Not trained yet"
    sentence="This model has no version. Choose the data and the column to predict, and train one."
  />
);
