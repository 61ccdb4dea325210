import type { Cell, ColumnType, HeldOutRows as Reply, ModelVersion } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { formatInteger, formatNumber, formatPercent, plural } from '#lib/format.ts';
import { type DataColumn, DataTable } from '#ui/data-table.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Section } from '#ui/section.tsx';
import { type HeldOutSearch, useHeldOutRows } from '../model-queries.ts';
import type { ModelSearch } from '../routes.ts';
import { valueText } from './explanation-words.ts';
import styles from './explain.module.css';
import { nearRegion, parseNear } from './near.ts';

type Row = Reply['rows'][number];

const HEIGHT = 380;

/** The rows that a cell or a point of the results stands for; undefined where none is asked for. */
function queryOf({ actual, predicted, near }: ModelSearch, version: ModelVersion): HeldOutSearch | undefined {
  const point = near === undefined ? undefined : parseNear(near);
  if (point && version.curves.residuals) {
    return { ...nearRegion(point, version.curves.residuals), sort: '-error' };
  }
  if (actual === undefined && predicted === undefined) return undefined;
  return { actual, predicted, sort: '-probability' };
}

/** The held-out rows behind a cell of the confusion matrix or a region of the residuals, with what was predicted. */
export function HeldOutRows(props: {
  modelId: string;
  version: ModelVersion;
  search: ModelSearch;
  onClose: () => void;
}) {
  const query = queryOf(props.search, props.version);
  const { actual, predicted, near } = props.search;
  return query ? <Found key={`${actual} ${predicted} ${near}`} {...props} query={query} /> : null;
}

function Found(props: {
  modelId: string;
  version: ModelVersion;
  search: ModelSearch;
  query: HeldOutSearch;
  onClose: () => void;
}) {
  const { modelId, version, search, query, onClose } = props;
  const found = useHeldOutRows(modelId, version.version, query);
  const place = useRef<HTMLDivElement>(null);
  const pages = found.data?.pages ?? [];
  const [first] = pages;
  const rows = pages.flatMap((page) => page.rows);
  const { datakit } = version;
  const whole = inDatakit(search, version, query);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div className={styles.rows} ref={place}>
      <Section
        title={titleOf(search, version)}
        note={first && noteOf(first, version)}
        aside={
          <div className={styles.actions}>
            {whole && datakit && (
              <Button
                variant="default"
                size="xs"
                renderRoot={(root) => (
                  <Link
                    {...root}
                    to="/datakits/$id"
                    params={{ id: datakit.id }}
                    search={{ filter: whole.filter }}
                  />
                )}
              >
                {whole.label}
              </Button>
            )}
            <Button variant="subtle" size="xs" onClick={onClose}>
              Close
            </Button>
          </div>
        }
      >
        {found.error ? (
          <ErrorState
            error={found.error}
            title="These rows could not be read."
            ifMissing="Versions that were trained earlier keep none: retrain to see the rows behind the figures."
            onRetry={() => void found.refetch()}
          />
        ) : (
          <DataTable
            label={titleOf(search, version)}
            columns={columnsOf(first?.columns ?? [], version)}
            rows={rows}
            rowKey={({ row }) => String(row)}
            loading={found.isPending}
            height={HEIGHT}
            more={{
              available: found.hasNextPage,
              loading: found.isFetchingNextPage,
              load: () => void found.fetchNextPage(),
            }}
            foot={first && `${formatInteger(rows.length)} of ${formatInteger(first.total)}`}
          />
        )}
      </Section>
    </div>
  );
}

/** The rows of the datakit with the same target, held out or not. */
function inDatakit({ actual }: ModelSearch, { target }: ModelVersion, query: HeldOutSearch) {
  const { actualFrom, actualTo } = query;
  if (actual !== undefined) {
    return {
      label: `All ${actual} in the datakit`,
      filter: [{ column: target, operator: '=' as const, value: actual }],
    };
  }
  if (actualFrom === undefined || actualTo === undefined) return undefined;
  return {
    label: 'Show in the datakit',
    filter: [
      { column: target, operator: '>=' as const, value: actualFrom },
      { column: target, operator: '<=' as const, value: actualTo },
    ],
  };
}

function titleOf({ actual, predicted, near }: ModelSearch, { target }: ModelVersion): string {
  const point = near === undefined ? undefined : parseNear(near);
  if (point) {
    return `Rows predicted near ${formatNumber(point.predicted, 3)} with ${target} near ${formatNumber(point.actual, 3)}`;
  }
  if (actual === predicted) return `${actual}, rightly predicted`;
  return `${actual ?? 'Rows'} predicted as ${predicted ?? 'anything'}`;
}

function noteOf({ total, kept }: Reply, { rowsUsed }: ModelVersion): string {
  const rows = plural(total, 'held-out row');
  return kept < rowsUsed ? `${rows} of the ${formatInteger(kept)} that were kept.` : `${rows}.`;
}

function columnsOf(columns: Reply['columns'], version: ModelVersion): DataColumn<Row>[] {
  const isNumber = version.classes === undefined;
  const align = isNumber ? ({ align: 'right' } as const) : {};
  const shown = (value: number | string) => (typeof value === 'number' ? formatNumber(value) : value);
  return [
    { key: 'row', header: 'Row', align: 'right', width: 72, render: ({ row }) => formatInteger(row) },
    { key: 'actual', header: 'Actual', ...align, render: ({ actual }) => shown(actual) },
    { key: 'predicted', header: 'Predicted', ...align, render: ({ predicted }) => shown(predicted) },
    ...(isNumber
      ? [
          {
            key: 'error',
            header: 'Off by',
            align: 'right' as const,
            render: ({ actual, predicted }: Row) => formatNumber(Number(actual) - Number(predicted)),
          },
        ]
      : [
          {
            key: 'probability',
            header: 'Probability',
            align: 'right' as const,
            render: ({ probability }: Row) => formatPercent(probability),
          },
        ]),
    ...columns.map(({ name, type }, i): DataColumn<Row> => {
      const numbers = type === 'numeric' || type === 'integer';
      return {
        key: `cell ${name}`,
        header: name,
        ...(numbers && { align: 'right' }),
        render: ({ cells }) => cellText(cells[i] ?? null, type),
      };
    }),
  ];
}

function cellText(cell: Cell, type: ColumnType): string {
  if (cell === null) return '–';
  return valueText(cell, type === 'datetime' ? 'datetime' : undefined);
}
