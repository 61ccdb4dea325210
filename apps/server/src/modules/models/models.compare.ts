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

const metricLine = (name: MetricName, all: readonly Metrics[]): Comparison['metrics'] => {
  const known = all.flatMap((metrics) => metrics[name] ?? []);
  if (known.length === 0) return [];
  const best = higherIsBetter(name) ? Math.max(...known) : Math.min(...known);
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
      beyond: value !== best && apart(interval, bestInterval),
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

/** Puts versions side by side: what differs, which is best at what, and whether that is more than chance. */
export const compareVersions = (compared: readonly Compared[]): Comparison => {
  const rows = compared.map(({ row }) => row);
  const of = (name: string, value: (row: ModelVersionRow) => unknown) => line(name, rows.map(value));
  return {
    items: compared.map(({ name, row }) => {
      const { roc, pr, calibration, residuals } = row.report.curves;
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
        curves: {
          ...(roc && { roc }),
          ...(pr && { pr }),
          ...(calibration && { calibration }),
          ...(residuals && { residuals }),
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
      of('validation', ({ report }) => report.validation),
      of('seed', ({ report }) => report.seed),
    ],
    parameters: parameterLines(compared),
    metrics: metricNameSchema.options.flatMap((name) =>
      metricLine(
        name,
        rows.map(({ metrics }) => metrics),
      ),
    ),
  };
};
