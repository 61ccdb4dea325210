import type { Correlations as Found } from '@quadrax/contract';
import { SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { formatFixed, shorten } from '#lib/format.ts';
import { Chart } from '#ui/chart.tsx';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { divergingColors, sequentialColors } from '#ui/palette.ts';
import { Section } from '#ui/section.tsx';
import styles from './datakit-tabs.module.css';

interface View {
  readonly label: string;
  readonly columns: readonly string[];
  readonly matrix: readonly (readonly (number | null)[])[];
  /** From -1; else from 0. */
  readonly signed: boolean;
  /** How many columns there are to compare, where that is known. */
  readonly of: number | undefined;
}

const viewsOf = ({ numeric, categorical }: Found): View[] => [
  ...(numeric
    ? [{ label: 'Pearson', columns: numeric.columns, matrix: numeric.pearson, signed: true, of: numeric.of }]
    : []),
  ...(numeric?.spearman
    ? [
        {
          label: 'Spearman',
          columns: numeric.columns,
          matrix: numeric.spearman,
          signed: true,
          of: numeric.of,
        },
      ]
    : []),
  ...(categorical
    ? [
        {
          label: 'Cramér’s V',
          columns: categorical.columns,
          matrix: categorical.cramersV,
          signed: false,
          of: categorical.of,
        },
      ]
    : []),
];

const meanings: Record<string, string> = {
  Pearson: 'How far two numbers lie on one line: 1 and −1 are a line, 0 is none.',
  Spearman: 'How far two numbers rise together, in a line or not.',
  'Cramér’s V': 'How far one category tells another: 1 tells it for certain, 0 not at all.',
};

const shortName = (column: string): string => shorten(column, 18);

/** A number as a cell has room for: "−0.82". */
const cellText = (value: number): string => formatFixed(value, 2).replace('-', '−');

/** Ink that stands out from the colour of a value, on light and dark paper alike. */
const inkOn = (value: number, signed: boolean): string =>
  (signed ? Math.abs(value) > 0.6 : value < 0.55) ? '#ffffff' : '#14191a';

/** The most columns whose cells have room for a number, on a wide page and on a phone. */
const labelled = { wide: 14, narrow: 5 } as const;

function heatmap({ columns, matrix, signed, label }: View, narrow: boolean): ChartSpec {
  const numbers = columns.length <= labelled[narrow ? 'narrow' : 'wide'];
  const cells = matrix.flatMap((row, y) => row.map((value, x) => [x, y, value] as const));
  // On a line as far as each name has room under its cell.
  const level = columns.length <= (narrow ? 2 : 5);
  const known = cells.filter(([, , value]) => value !== null);
  return {
    option: () => ({
      grid: { left: 12, right: 16, top: 28, bottom: 56, containLabel: true },
      xAxis: {
        type: 'category',
        data: [...columns],
        axisLabel: { rotate: level ? 0 : 45, interval: 0, formatter: shortName },
      },
      yAxis: {
        type: 'category',
        data: [...columns],
        inverse: true,
        axisLabel: { formatter: shortName },
      },
      visualMap: {
        min: signed ? -1 : 0,
        max: 1,
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        precision: 1,
        // What the ends of the scale are.
        text: signed ? ['1', '−1'] : ['1', '0'],
        itemHeight: 160,
        inRange: { color: signed ? [...divergingColors] : [...sequentialColors] },
      },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          const [x = 0, y = 0, value] = known[Array.isArray(shown) ? 0 : shown.dataIndex] ?? [];
          const element = document.createElement('span');
          element.textContent = `${columns[x]} and ${columns[y]}: ${formatFixed(value)}`;
          return element;
        },
      },
      series: [
        {
          type: 'heatmap',
          name: label,
          label: {
            show: numbers,
            fontSize: 11,
            formatter: ({ dataIndex }) => cellText(known[dataIndex]?.[2] ?? 0),
          },
          data: known.map(([x, y, value]) => ({
            value: [x, y, value ?? 0],
            label: { color: inkOn(value ?? 0, signed) },
          })),
        },
      ],
    }),
    table: {
      columns: ['Column', ...columns],
      rows: matrix.map((row, y) => [columns[y] ?? '', ...row]),
    },
  };
}

/** Which columns are left out, if any are. */
const leftOut = ({ columns, of = columns.length }: View): string =>
  of > columns.length
    ? ` The first ${columns.length} of ${of} columns that can be compared; the rest are left out.`
    : '';

/** How the columns go together, over all rows. */
export function Correlations({ correlations }: { correlations: Found }) {
  const views = useMemo(() => viewsOf(correlations), [correlations]);
  const [chosen, setChosen] = useState(views[0]?.label ?? '');
  const view = views.find(({ label }) => label === chosen) ?? views[0];
  const narrow = useMediaQuery('(max-width: 48em)') ?? false;
  const chart = useMemo(() => (view ? heatmap(view, narrow) : undefined), [view, narrow]);
  if (!view || !chart) return null;
  return (
    <div className={styles.correlations}>
      <Section
        title="How the columns go together"
        note={`${meanings[view.label]}${correlations.exact ? ' Exact, over all rows.' : ''}${leftOut(view)}`}
        aside={
          views.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label="Measure"
              value={view.label}
              onChange={setChosen}
              data={views.map(({ label }) => label)}
            />
          )
        }
      >
        <Chart
          label={`${view.label} of every two columns`}
          option={chart.option}
          table={chart.table}
          height={Math.min(640, 156 + view.columns.length * 28)}
        />
      </Section>
    </div>
  );
}
