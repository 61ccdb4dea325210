import { higherIsBetter, metricNameSchema } from '@quadrax/contract';
import type { Comparison, MetricName, Metrics } from '@quadrax/contract';
import type { ModelVersionRow } from './models.store.ts';

export interface Compared {
  readonly name: string;
  readonly row: ModelVersionRow;
}

type Cell = NonNullable<Comparison['metrics'][number]['values'][number]>;

const same = (values: readonly unknown[]): boolean =>
  new Set(values.map((value) => JSON.stringify(value))).size < 2;

const line = (name: string, values: readonly unknown[]) => ({
  name,
  values: [...values],
  differs: !same(values),
});

const apart = (a: Cell['interval'], b: Cell['interval']): boolean =>
  a !== undefined && b !== undefined && (a[1] < b[0] || b[1] < a[0]);

/**
 * Metrics of which none is the best: coverage is to be near what was asked for, pinball losses of different quantiles and
 * F1 of different classes measure different things.
 */
const unrankedOf = (rows: readonly ModelVersionRow[]): ReadonlySet<MetricName> => {
  const alphas = new Set(rows.map(({ report }) => report.parameters['alpha'] ?? 0.5));
  const positives = new Set(
    rows.flatMap(({ report: { classes = [], positive } }) =>
      classes.length === 2 ? [positive ?? classes[1]] : [],
    ),
  );
  return new Set<MetricName>([
    'coverage',
    ...(alphas.size > 1 ? (['pinball'] as const) : []),
    ...(positives.size > 1 ? (['f1'] as const) : []),
  ]);
};

const metricLine = (
  name: MetricName,
  all: readonly Metrics[],
  unranked: ReadonlySet<MetricName>,
): Comparison['metrics'] => {
  const known = all.flatMap((metrics) => metrics[name] ?? []);
  if (known.length === 0) return [];
  const ends = higherIsBetter(name) ? Math.max(...known) : Math.min(...known);
  const best = unranked.has(name) ? undefined : ends;
  const bestInterval = all.find((metrics) => metrics[name] === best)?.intervals?.[name];
  const values = all.map((metrics): Cell | null => {
    const value = metrics[name];
    if (value === undefined) return null;
    const interval = metrics.intervals?.[name];
    return {
      value,
      ...(interval && { interval }),
      // Alone it is better than nothing.
      best: value === best && known.length > 1,
      beyond: best !== undefined && value !== best && apart(interval, bestInterval),
    };
  });
  return [{ name, values }];
};

const parameterLines = (compared: readonly Compared[]): Comparison['parameters'] => {
  const all = compared.map(({ row }) => row.report.parameters);
  const names = [...new Set(all.flatMap((parameters) => Object.keys(parameters)))];
  return names.map((name) =>
    line(
      name,
      all.map((parameters) => parameters[name] ?? null),
    ),
  );
};

/** How labels come of what was learnt of classes. */
const labelLines = (
  of: (name: string, value: (row: ModelVersionRow) => unknown) => Comparison['facts'][number],
): Comparison['facts'] => {
  const ofTwo = <T>({ report }: ModelVersionRow, value: T): T | undefined =>
    report.classes?.length === 2 ? value : undefined;
  return [
    of('positive', (row) => ofTwo(row, row.report.positive ?? row.report.classes?.[1])),
    of('classWeights', ({ report }) => report.settings?.classWeights),
    of('threshold', (row) => ofTwo(row, row.report.decision?.threshold ?? 0.5)),
    of('calibrate', (row) => ofTwo(row, row.report.decision?.calibrate ?? 'none')),
  ];
};

/** Puts versions side by side: what differs, which is best at what, and whether that is more than chance. */
export const compareVersions = (compared: readonly Compared[]): Comparison => {
  const rows = compared.map(({ row }) => row);
  const of = (name: string, value: (row: ModelVersionRow) => unknown) => line(name, rows.map(value));
  const unranked = unrankedOf(rows);
  const ofClasses = rows.some(({ report }) => report.classes !== undefined);
  return {
    items: compared.map(({ name, row }) => {
      const { roc, pr, calibration, residuals, learning, loss } = row.report.curves;
      const scoredBy = row.report.leaderboard[0]?.metric;
      return {
        modelId: row.modelId,
        name,
        version: row.version,
        algorithm: row.algorithm,
        target: row.target,
        ...(row.report.classes && { classes: row.report.classes }),
        ...(row.datakitId !== null &&
          row.datakitVersion !== null && {
            datakit: { id: row.datakitId, version: row.datakitVersion, name: row.report.datakitName },
          }),
        rowsUsed: row.report.rowsUsed,
        ...(row.report.validation && { validation: row.report.validation }),
        trainedAt: row.trainedAt.toISOString(),
        durationMs: row.durationMs,
        ...(scoredBy !== undefined && { scoredBy }),
        curves: {
          ...(roc && { roc }),
          ...(pr && { pr }),
          ...(calibration && { calibration }),
          ...(residuals && { residuals }),
          ...(learning && { learning }),
          ...(loss && { loss }),
        },
      };
    }),
    sameData: same(rows.map((row) => [row.datakitId, row.datakitVersion, row.target])),
    sameValidation: same(rows.map(({ report }) => [report.validation, report.seed])),
    facts: [
      of('datakit', (row) => row.report.datakitName),
      of('datakitVersion', (row) => row.datakitVersion),
      // Of what was imported nobody knows.
      of('rowsUsed', ({ report }) => (report.imported ? undefined : report.rowsUsed)),
      of('target', (row) => row.target),
      of('features', ({ report }) => report.features.length),
      of('algorithm', (row) => row.algorithm),
      ...(ofClasses ? labelLines(of) : []),
      of('validation', ({ report }) => report.validation),
      of('seed', ({ report }) => report.seed),
    ],
    parameters: parameterLines(compared),
    metrics: metricNameSchema.options.flatMap((name) =>
      metricLine(
        name,
        rows.map(({ metrics }) => metrics),
        unranked,
      ),
    ),
  };
};
