import type { ModelVersion } from '@quadrax/contract';
import type { ECElementEvent } from 'echarts';
import { useMemo } from 'react';
import { plural } from '#lib/format.ts';
import { formatMetric, metricLabel } from '#lib/words.ts';
import { Chart } from '#ui/chart.tsx';
import { Figure } from '#ui/figure.tsx';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { Stat, StatRow } from '#ui/stat.tsx';
import { leaderboardBars } from './candidates.ts';
import { barsHeight } from './charts/bars.ts';
import { areaText, classCurves } from './charts/class-curves.ts';
import { learningCurve, lossCurve } from './charts/learning-curves.ts';
import { importanceChart, leaderboardChart, MOST_FEATURES } from './charts/model-charts.ts';
import { predictedActual, residualHistogram } from './charts/residuals.ts';
import { thresholdChart } from './charts/threshold-curve.ts';
import { ConfusionMatrix } from './confusion-matrix.tsx';
import { positiveOf } from './feature-use.ts';
import { HeldOutRows } from './explain/held-out-rows.tsx';
import { nearText } from './explain/near.ts';
import { formatInterval, formatSpread, headlines, metricMeaning, validationText } from './metrics.ts';
import { LeaderboardTable } from './leaderboard-table.tsx';
import styles from './model-page.module.css';
import { modelRoute, type ModelSearch } from './routes.ts';

const HEIGHT = 320;
/** Bars of the leaderboard; the table below has them all. */
const MOST_CANDIDATES = 10;

/** What a version is worth: its metrics on held-out rows and the curves behind them. */
export function VersionResults({ modelId, version }: { modelId: string; version: ModelVersion }) {
  const search = modelRoute.useSearch();
  const navigate = modelRoute.useNavigate();
  const positive = positiveOf(version);
  const show = ({ actual, predicted, near }: ModelSearch): void =>
    void navigate({ search: (before) => ({ ...before, actual, predicted, near }), resetScroll: false });
  return (
    <>
      <h2 className="visually-hidden">Results of version {version.version}</h2>
      <StatRow>
        {headlines(version.metrics).map(({ name, value, spread, interval }) => (
          <Stat
            key={name}
            label={metricLabel(name)}
            value={formatMetric(name, value)}
            note={[
              name === 'f1' && positive !== undefined && `of ${positive}`,
              formatSpread(name, spread),
              formatInterval(name, interval),
            ]
              .filter(Boolean)
              .join('; ')}
            explain={metricMeaning(name)}
          />
        ))}
      </StatRow>
      <p className={styles.judged}>
        {version.validation && validationText(version.validation)} of {plural(version.rowsUsed, 'row')}
        {version.metrics.spread &&
          Object.keys(version.metrics.spread).length > 0 &&
          '; each figure is the mean over the folds, ± the standard deviation'}
        {version.metrics.intervals && '; the span holds the true figure with 95 % confidence'}.
      </p>
      {version.warnings.length > 0 && (
        <ul className={styles.warnings}>
          {version.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <div className={styles.figures}>
        <FirstLook version={version} show={show} />
        <HeldOutRows modelId={modelId} version={version} search={search} onClose={() => show({})} />
        <WhatCounted version={version} />
        <ByClass version={version} />
        <Learning version={version} />
      </div>
      <LeaderboardTable version={version} />
    </>
  );
}

const leaderboardCaption = ({ members }: ModelVersion): string =>
  members
    ? 'The chosen ensemble in colour, whiskers one standard deviation. It depends less on luck in these rows than the best single candidate does.'
    : 'The chosen candidate in colour, whiskers one standard deviation.';

/** The shape of the results while they are on their way. */
export function VersionResultsSkeleton() {
  return (
    <div className={styles.waiting} aria-hidden="true">
      <SkeletonBlock height={108} />
      <div className={styles.figures}>
        {Array.from({ length: 6 }, (_, i) => (
          <SkeletonBlock key={i} height={HEIGHT + 20} />
        ))}
      </div>
    </div>
  );
}

interface PlotProps {
  title: string;
  chart: ChartSpec;
  height?: number;
  caption?: string;
  onSelect?: (mark: ECElementEvent) => void;
}

function Plot({ title, chart, height = HEIGHT, caption, onSelect }: PlotProps) {
  return (
    <Figure title={title} caption={caption}>
      <Chart
        label={title}
        option={chart.option}
        table={chart.table}
        height={height}
        {...(onSelect && { onSelect })}
      />
    </Figure>
  );
}

/** Where it is right and where it errs. */
function FirstLook({ version, show }: { version: ModelVersion; show: (rows: ModelSearch) => void }) {
  const { curves, target, metrics, classes } = version;
  const charts = useMemo(
    () =>
      curves.residuals && {
        scatter: predictedActual(curves.residuals, target),
        histogram: residualHistogram(curves.residuals, target),
      },
    [curves.residuals, target],
  );
  return (
    <>
      {metrics.confusion && (
        <div className={metrics.confusion.labels.length > 6 ? styles.wide : undefined}>
          <Figure title="Confusion matrix">
            <ConfusionMatrix
              confusion={metrics.confusion}
              classes={classes ?? metrics.confusion.labels}
              onOpen={(actual, predicted) => show({ actual, predicted })}
            />
          </Figure>
        </div>
      )}
      {charts && (
        <>
          <Plot
            title="Predicted against actual"
            chart={charts.scatter}
            caption="Held-out rows; on the line both agree. Click a point for the rows near it."
            onSelect={({ value }) => {
              const [predicted, actual] = Array.isArray(value) ? value.map(Number) : [];
              if (predicted !== undefined && actual !== undefined)
                show({ near: nearText({ predicted, actual }) });
            }}
          />
          <Plot title="Errors" chart={charts.histogram} />
        </>
      )}
    </>
  );
}

function WhatCounted({ version }: { version: ModelVersion }) {
  const { leaderboard, importance } = version;
  const metric = leaderboard[0]?.metric ?? headlines(version.metrics)[0]?.name ?? '';
  const bars = useMemo(() => leaderboardBars(leaderboard), [leaderboard]);
  const board = useMemo(() => leaderboardChart(bars.slice(0, MOST_CANDIDATES), metric), [bars, metric]);
  const weights = useMemo(() => importanceChart(importance, metric), [importance, metric]);
  const shown = Math.min(importance.length, MOST_FEATURES);
  return (
    <>
      {leaderboard.length > 0 && (
        <Plot
          title="Leaderboard"
          chart={board}
          height={Math.max(barsHeight(Math.min(bars.length, MOST_CANDIDATES)), 180)}
          caption={leaderboard.length > 1 ? leaderboardCaption(version) : undefined}
        />
      )}
      {shown > 0 && (
        <Plot
          title="Importance of the features"
          chart={weights}
          height={Math.max(barsHeight(shown), 180)}
          caption={
            importance.length > shown
              ? `The ${shown} most important of ${importance.length}; whiskers one standard deviation.`
              : 'How much is lost when a column is shuffled among held-out rows; whiskers one standard deviation.'
          }
        />
      )}
    </>
  );
}

function ByClass({ version }: { version: ModelVersion }) {
  const { curves, classes, validation } = version;
  const folds = validation && 'folds' in validation ? validation.folds : undefined;
  const charts = useMemo(() => {
    const names = classes ?? [];
    return {
      roc: curves.roc && classCurves('roc', curves.roc, names),
      pr: curves.pr && classCurves('pr', curves.pr, names),
      threshold: curves.threshold && thresholdChart(curves.threshold),
      calibration: curves.calibration && classCurves('calibration', curves.calibration, names),
    };
  }, [curves, classes]);
  return (
    <>
      {charts.roc && (
        <Plot title="ROC curve" chart={charts.roc} caption={areaText('roc', curves.roc ?? [], folds)} />
      )}
      {charts.pr && (
        <Plot
          title="Precision and recall"
          chart={charts.pr}
          caption={areaText('pr', curves.pr ?? [], folds)}
        />
      )}
      {charts.threshold && (
        <Plot
          title="Threshold"
          chart={charts.threshold}
          caption={`Labelled as ${positiveOf(version) ?? 'the second class'} from the probability at the dashed line on; the curves tell what other thresholds give.`}
        />
      )}
      {charts.calibration && (
        <Plot
          title="Calibration"
          chart={charts.calibration}
          caption="On the dashed line a probability means what it says."
        />
      )}
    </>
  );
}

function Learning({ version }: { version: ModelVersion }) {
  const { curves } = version;
  const metric = metricLabel(version.leaderboard[0]?.metric ?? 'Score');
  const charts = useMemo(
    () => ({
      learning: curves.learning && curves.learning.length > 1 && learningCurve(curves.learning, metric),
      loss: curves.loss && curves.loss.length > 1 && lossCurve(curves.loss),
    }),
    [curves, metric],
  );
  return (
    <>
      {charts.learning && (
        <Plot
          title="Learning curve"
          chart={charts.learning}
          caption="Where the curves still move at the right, more rows would help."
        />
      )}
      {charts.loss && <Plot title="Loss while boosting" chart={charts.loss} />}
    </>
  );
}
