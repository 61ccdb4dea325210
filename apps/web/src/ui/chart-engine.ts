import { BarChart, BoxplotChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  BrushComponent,
  DataZoomComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import type { EChartsOption } from 'echarts';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { chartTheme, lightTokens } from './chart-theme.ts';
import type { ChartTokens } from './chart-theme.ts';

echarts.use([
  BarChart,
  BoxplotChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  BrushComponent,
  DataZoomComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
  SVGRenderer,
]);

/** A chart on the page. */
export function draw(element: HTMLElement, tokens: ChartTokens): echarts.ECharts {
  return echarts.init(element, chartTheme(tokens), { renderer: 'canvas' });
}

/** Charts of one group share their tooltip and zoom. */
export const link = (group: string): void => {
  echarts.connect(group);
};

type OptionOf = (tokens: ChartTokens) => EChartsOption;
interface Size {
  width: number;
  height: number;
}

const forPaper = (option: OptionOf): EChartsOption => ({
  ...option(lightTokens),
  animation: false,
  backgroundColor: '#ffffff',
});

/** The chart as SVG text, in the light look that print wants. */
export function toSvg(option: OptionOf, size: Size): string {
  const chart = echarts.init(null, chartTheme(lightTokens), { renderer: 'svg', ssr: true, ...size });
  chart.setOption(forPaper(option));
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

/** The chart as PNG at three times its size, in the light look that print wants. */
export async function toPng(option: OptionOf, size: Size): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const chart = echarts.init(canvas, chartTheme(lightTokens), { ...size, devicePixelRatio: 3 });
  chart.setOption(forPaper(option));
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  chart.dispose();
  if (blob === null) throw new Error('The browser could not make a PNG of this chart. Save it as SVG.');
  return blob;
}
