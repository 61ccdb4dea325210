import type { ClassWeights, Comparison } from '@quadrax/contract';
import { NativeSelect, useComputedColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { formatInteger } from '#lib/format.ts';
import { algorithmLabel, formatMetric, metricLabel } from '#lib/words.ts';
import { darkTokens, lightTokens } from '#ui/chart-theme.ts';
import { Chart } from '#ui/chart.tsx';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Figure } from '#ui/figure.tsx';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { Page } from '#ui/page.tsx';
import { Scroller } from '#ui/scroller.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import {
  curveClasses,
  itemNames,
  learningMetrics,
  overlaidCurves,
  overlaidLearning,
  overlaidLoss,
  overlaidResiduals,
} from './compare-charts.ts';
import styles from './compare-page.module.css';
import {
  byMember,
  classWeightsText,
  formatInterval,
  metricMeaning,
  parameterLabel,
  parameterText,
  validationText,
} from './metrics.ts';
import { useComparison } from './model-queries.ts';
import { comparedOf, compareRoute } from './routes.ts';

const trail = <Link to="/models">Models</Link>;

/** Versions side by side: what they were made of, what they are worth, and where they differ. */
export function ComparePage() {
  const search = compareRoute.useSearch();
  const items = useMemo(() => comparedOf(search.items), [search.items]);
  const comparison = useComparison(items);
  if (items.length < 2) {
    return (
      <Page title="Compare" trail={trail}>
        <EmptyState
          title="Nothing to compare"
          sentence="Choose two to eight models in the list, or versions on the page of a model, and compare them."
        />
      </Page>
    );
  }
  return (
    <Page
      title={`Compare ${items.length} versions`}
      trail={trail}
      state={comparison.data && stateOf(comparison.data)}
      copyAs={<CopyAs call={{ name: 'models.compare', body: { items } }} />}
    >
      {comparison.error && !comparison.data && (
        <ErrorState
          error={comparison.error}
          title="These versions cannot be compared."
          ifMissing="One of them may have been deleted."
          onRetry={() => void comparison.refetch()}
        />
      )}
      {comparison.isPending && <SkeletonBlock height={420} />}
      {comparison.data && <Compared comparison={comparison.data} />}
    </Page>
  );
}

function stateOf({ sameData, sameValidation }: Comparison): string {
  if (!sameData) return 'Of different data: the figures do not compare one to one';
  if (!sameValidation) return 'Judged in different ways: small differences tell little';
  return 'Of the same data, judged on the same rows';
}

function Compared({ comparison }: { comparison: Comparison }) {
  return (
    <>
      <Section
        title="Metrics"
        note="On held-out rows, with the span that holds the true figure with 95 % confidence."
      >
        <Side label="Metrics" comparison={comparison} rows={comparison.metrics.map(metricRow)} />
      </Section>
      <Curves comparison={comparison} />
      <Section title="Data and method">
        <Side label="Data and method" comparison={comparison} rows={comparison.facts.map(factRow)} />
      </Section>
      <Section title="Parameters" note="Those that differ are marked and come first.">
        <Side
          label="Parameters"
          comparison={comparison}
          rows={comparison.parameters.toSorted(inReadingOrder).map(parameterRow)}
        />
      </Section>
    </>
  );
}

interface SideRow {
  readonly key: string;
  readonly label: string;
  readonly explain?: string;
  readonly differs: boolean;
  readonly cells: readonly { readonly text: string; readonly mark?: string; readonly note?: string }[];
}

const metricRow = ({ name, values }: Comparison['metrics'][number]): SideRow => ({
  key: name,
  label: metricLabel(name),
  explain: metricMeaning(name),
  differs: false,
  cells: values.map((cell) => {
    if (cell === null) return { text: '–' };
    const mark = cell.best ? 'best' : cell.beyond ? 'worse beyond chance' : undefined;
    return {
      text: formatMetric(name, cell.value),
      note: formatInterval(name, cell.interval),
      ...(mark !== undefined && { mark }),
    };
  }),
});

type Parameter = Comparison['parameters'][number];

const inReadingOrder = (a: Parameter, b: Parameter): number =>
  Number(b.differs) - Number(a.differs) || byMember(a.name, b.name);

const parameterRow = ({ name, values, differs }: Parameter): SideRow => ({
  key: name,
  label: parameterLabel(name),
  differs,
  cells: values.map((value) => ({ text: value === null || value === '' ? '–' : parameterText(value) })),
});

const factLabels: Record<string, string> = {
  datakit: 'Datakit',
  datakitVersion: 'Version of the data',
  rowsUsed: 'Rows used',
  target: 'Target',
  features: 'Features',
  algorithm: 'Algorithm',
  positive: 'Positive class',
  classWeights: 'Class weights',
  threshold: 'Threshold',
  calibrate: 'Probabilities',
  validation: 'Validation',
  seed: 'Seed',
};

const factRow = ({ name, values, differs }: Comparison['facts'][number]): SideRow => ({
  key: name,
  label: factLabels[name] ?? parameterLabel(name),
  differs,
  cells: values.map((value) => ({ text: factText(name, value) })),
});

function factText(name: string, value: unknown): string {
  if (value === null) return '–';
  if (name === 'validation') return validationText(value as Parameters<typeof validationText>[0]);
  if (name === 'algorithm' && typeof value === 'string') return algorithmLabel(value);
  if (name === 'classWeights') return classWeightsText(value as ClassWeights) ?? 'none';
  if (name === 'threshold') return parameterText(value);
  if (typeof value !== 'number') return parameterText(value);
  return name === 'seed' ? String(value) : formatInteger(value);
}

/** A table with a column for each version; it scrolls within its frame where the page is narrow. */
function Side(props: { label: string; comparison: Comparison; rows: readonly SideRow[] }) {
  const { items } = props.comparison;
  const names = itemNames(items);
  const dark = useComputedColorScheme('light') === 'dark';
  const { categories } = dark ? darkTokens : lightTokens;
  return (
    <Scroller className={styles.frame} label={props.label}>
      <table
        className={styles.table}
        style={{ '--versions': items.length } as React.CSSProperties}
        aria-label={props.label}
      >
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Of each version</span>
            </th>
            {items.map(({ modelId, version, name }, i) => (
              <th key={names[i]} scope="col">
                <svg className={styles.key} viewBox="0 0 10 10" aria-hidden="true">
                  <circle cx="5" cy="5" r="5" fill={categories[i % categories.length]} />
                </svg>
                <Link to="/models/$id" params={{ id: modelId }} search={{ version }} title={name}>
                  {name}
                </Link>{' '}
                <span className={styles.quiet}>version {version}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.key} className={row.differs ? styles.differs : undefined}>
              <th scope="row" title={row.explain}>
                {row.label}
                {row.differs && <span className="visually-hidden"> (differs)</span>}
              </th>
              {row.cells.map((cell, i) => (
                <td key={names[i]} className={cell.mark === 'best' ? styles.best : undefined}>
                  {cell.text}
                  {cell.mark && <span className={styles.mark}>{cell.mark}</span>}
                  {cell.note && <span className={styles.quiet}>{cell.note}</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function Curves({ comparison: { items } }: { comparison: Comparison }) {
  const classes = useMemo(() => curveClasses(items), [items]);
  const [chosen, setChosen] = useState<string>();
  const label = chosen ?? classes[0] ?? '';
  const charts = useMemo(
    (): readonly (readonly [string, ChartSpec | undefined])[] => [
      ['ROC curves', overlaidCurves('roc', items, label)],
      ['Precision and recall', overlaidCurves('pr', items, label)],
      ['Calibration', overlaidCurves('calibration', items, label)],
      ['Errors', overlaidResiduals(items)],
      ...learningMetrics(items).map(
        (metric) => [`Learning curves, ${metricLabel(metric)}`, overlaidLearning(items, metric)] as const,
      ),
      ['Loss while learning', overlaidLoss(items)],
    ],
    [items, label],
  );
  return (
    <Section
      title="Curves"
      note={`Each version in its own colour: ${itemNames(items).join('; ')}.`}
      aside={
        classes.length > 1 && (
          <NativeSelect
            aria-label="Class of the curves"
            value={label}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={classes}
          />
        )
      }
    >
      <div className={styles.figures}>
        {charts.map(
          ([title, chart]) =>
            chart && (
              <Figure key={title} title={title}>
                <Chart label={title} option={chart.option} table={chart.table} height={320} />
              </Figure>
            ),
        )}
      </div>
    </Section>
  );
}
