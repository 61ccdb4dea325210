import { categoryColors, divergingColors, sequentialColors } from './palette.ts';

/** The tokens a chart is drawn with; the same values as in `tokens.css`, since a canvas cannot read variables. */
export interface ChartTokens {
  paper: string;
  surface: string;
  ink: string;
  ink2: string;
  ink3: string;
  line: string;
  lineStrong: string;
  accent: string;
  accentSoft: string;
  good: string;
  warn: string;
  bad: string;
  categories: readonly string[];
  /** Low to high. */
  sequential: readonly string[];
  /** Below, at and above a meaningful middle. */
  diverging: readonly string[];
}

export const lightTokens: ChartTokens = {
  paper: '#fcfcfa',
  surface: '#ffffff',
  ink: '#14191a',
  ink2: '#414a4c',
  ink3: '#5f696b',
  line: '#e2e4df',
  lineStrong: '#c3c8c3',
  accent: '#0d5c63',
  accentSoft: '#e2efee',
  good: '#1a7a4a',
  warn: '#8f6000',
  bad: '#b8301f',
  categories: categoryColors,
  sequential: sequentialColors,
  diverging: divergingColors,
};

export const darkTokens: ChartTokens = {
  paper: '#0f1415',
  surface: '#1b2325',
  ink: '#e7eceb',
  ink2: '#b6c1c1',
  ink3: '#8d9a9b',
  line: '#253032',
  lineStrong: '#3d4a4c',
  accent: '#66c9c1',
  accentSoft: '#12302f',
  good: '#57c48d',
  warn: '#e2b24a',
  bad: '#f38374',
  // The darkest two do not show on near-black ink; their lighter kin of the same sets stand in.
  categories: categoryColors.map((color) =>
    color === '#332288'
      ? '#88ccee'
      : color === '#882255'
        ? '#cc6677'
        : color === '#0072b2'
          ? '#3b9fdc'
          : color,
  ),
  sequential: sequentialColors,
  diverging: divergingColors,
};

const sans = "'Inter Variable', Inter, system-ui, Arial, sans-serif";

/** ECharts' theme: quiet axes, a light grid, figures in the text face, space for axis titles. */
export function chartTheme(tokens: ChartTokens): Record<string, unknown> {
  const axis = {
    axisLine: { show: true, lineStyle: { color: tokens.lineStrong } },
    axisTick: { show: true, length: 4, lineStyle: { color: tokens.lineStrong } },
    axisLabel: { color: tokens.ink2, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: tokens.line } },
    splitArea: { show: false },
    nameLocation: 'middle',
    nameTextStyle: { color: tokens.ink2, fontSize: 12, textMargin: 6 },
  };
  return {
    color: tokens.categories,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: sans, color: tokens.ink },
    grid: { left: 16, right: 20, top: 36, bottom: 12 },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: axis,
    logAxis: axis,
    timeAxis: axis,
    line: {
      symbol: 'circle',
      symbolSize: 5,
      showSymbol: false,
      lineStyle: { width: 2 },
      emphasis: { focus: 'none' },
    },
    bar: { barCategoryGap: '24%' },
    scatter: { symbolSize: 6 },
    legend: {
      textStyle: { color: tokens.ink2 },
      top: 0,
      left: 0,
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 3,
    },
    tooltip: {
      backgroundColor: tokens.surface,
      borderColor: tokens.lineStrong,
      borderWidth: 1,
      padding: [6, 10],
      textStyle: { color: tokens.ink, fontSize: 13 },
      confine: true,
      transitionDuration: 0,
      axisPointer: { lineStyle: { color: tokens.ink3, type: 'solid' }, crossStyle: { color: tokens.ink3 } },
    },
    visualMap: { color: tokens.sequential.toReversed(), textStyle: { color: tokens.ink2 } },
    dataZoom: { borderColor: tokens.line, textStyle: { color: tokens.ink3 } },
    markLine: { lineStyle: { color: tokens.ink3 }, label: { color: tokens.ink2 } },
  };
}

/** A tooltip's content as an element, since text with inline styles is refused by a strict content policy. */
export function tooltipContent(
  heading: string,
  rows: readonly { label: string; value: string; color?: string }[],
): HTMLElement {
  const box = document.createElement('div');
  const head = document.createElement('div');
  head.textContent = heading;
  head.style.fontWeight = '600';
  box.append(head);
  for (const row of rows) {
    const line = document.createElement('div');
    Object.assign(line.style, { display: 'flex', gap: '16px', justifyContent: 'space-between' });
    const label = document.createElement('span');
    label.textContent = row.label;
    if (row.color !== undefined) {
      Object.assign(label.style, { borderLeft: `3px solid ${row.color}`, paddingLeft: '6px' });
    }
    const value = document.createElement('span');
    value.textContent = row.value;
    value.style.fontVariantNumeric = 'tabular-nums';
    line.append(label, value);
    box.append(line);
  }
  return box;
}
