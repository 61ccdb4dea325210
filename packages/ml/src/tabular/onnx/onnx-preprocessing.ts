import type { GraphBuilder } from '../../onnx/graph.ts';
import { hasParts, reviveParts, sourcesOf } from '../preprocessing/sources.ts';
import type { FeatureSchema, State } from '../types.ts';
import { notExportable } from './onnx-errors.ts';
import type { RawInputs } from './onnx-inputs.ts';

/** What a graph's estimator reads: [rows, width] doubles. */
export interface DesignNodes {
  readonly x: string;
  readonly width: number;
  /** Categories of each column; 0 for numbers. */
  readonly levels: readonly number[];
}

/** As `nativePreprocessor`: one column for each source, NaN where a value is missing. */
export function nativeDesign(
  graph: GraphBuilder,
  inputs: RawInputs,
  features: readonly FeatureSchema[],
  state: State,
): DesignNodes {
  const { seen: marks, parts, texts } = Array.isArray(state) ? { seen: state } : recordOf(state);
  if (Array.isArray(texts) && texts.length > 0) throw unknownPreprocessing();
  const sources = sourcesOf(features, reviveParts(parts));
  if (!Array.isArray(marks) || marks.length !== sources.length) throw unknownPreprocessing();
  const columns = sources.map((source, i) => {
    if (source.levels === 0 || source.part !== undefined) return inputs.number(source);
    const seen: unknown = marks[i];
    if (!(seen instanceof Uint8Array)) throw unknownPreprocessing();
    return inputs.category(source, seen);
  });
  const levels = sources.map((source) => (source.part === undefined ? source.levels : 0));
  return { x: joined(graph, columns), width: columns.length, levels };
}

interface Encoding {
  readonly numbers: Float64Array;
  readonly columns: Int32Array;
  readonly levelColumns: Int32Array;
}

/** As `densePreprocessor`: imputed and standardised numbers, indicators centred by `origin`, mean targets. */
export function denseDesign(
  graph: GraphBuilder,
  inputs: RawInputs,
  features: readonly FeatureSchema[],
  state: State,
): DesignNodes {
  const { origin, encodings, parts: given, learnt } = recordOf(state);
  const parts = reviveParts(given);
  const hasDates = features.some(hasParts);
  const sources = sourcesOf(features, parts, { waves: hasDates && parts !== undefined });
  if (!(origin instanceof Float64Array) || !Array.isArray(encodings)) throw unknownPreprocessing();
  if (encodings.length !== sources.length) throw unknownPreprocessing();
  const blocks: string[] = [];
  let width = 0;
  sources.forEach((source, i) => {
    const encoding = (encodings as readonly unknown[])[i] as Encoding;
    const [column, missingColumn] = encoding.columns;
    const own = [column, missingColumn, ...encoding.levelColumns].filter((index) => index >= 0);
    if (own.length === 0) return;
    const from = width;
    width = own.reduce((most, index) => Math.max(most, index), 0) + 1;
    const share = origin.subarray(from, width);
    if (encoding.levelColumns.length > 0) {
      const table = levelTable(encoding, share, from);
      const rows = graph.constant(table, [table.length / share.length, share.length]);
      blocks.push(graph.node('Gather', [rows, inputs.level(source)]));
    } else blocks.push(...numberColumns(graph, inputs.number(source), encoding, share));
  });
  if (width !== origin.length) throw unknownPreprocessing();
  for (const encoding of Array.isArray(learnt) ? (learnt as readonly MeanTargets[]) : []) {
    const { means, scales } = encoding;
    const schema = features[encoding.encoding.feature];
    const levels = schema.kind === 'categorical' ? schema.categories.length : 0;
    const table = graph.constant(meanTargetTable(encoding, levels), [levels + 1, means.length]);
    const source = { feature: encoding.encoding.feature, part: undefined, levels };
    blocks.push(graph.node('Gather', [table, inputs.level(source)]));
    width += scales.length;
  }
  if (width === 0) throw notExportable('no column of it varied in training');
  return { x: joined(graph, blocks), width, levels: Array.from({ length: width }, () => 0) };
}

/** Mean targets of a category, and how they are standardised. */
interface MeanTargets {
  readonly encoding: {
    readonly feature: number;
    readonly means: Float64Array;
    readonly prior: Float64Array;
  };
  readonly means: Float64Array;
  readonly scales: Float64Array;
}

/** Standardised mean targets of each level, and of a missing value. */
function meanTargetTable({ encoding, means, scales }: MeanTargets, levels: number): Float64Array {
  const width = means.length;
  return Float64Array.from({ length: (levels + 1) * width }, (_, at) => {
    const k = at % width;
    const mean = at < levels * width ? encoding.means[at] : encoding.prior[k];
    return (mean - means[k]) / scales[k];
  });
}

/** The design columns of a category for each level, for a missing value and for one beyond the calendar. */
function levelTable({ columns, levelColumns }: Encoding, origin: Float64Array, from: number): Float64Array {
  const table = new Float64Array((levelColumns.length + 2) * origin.length);
  const write = (row: number, hot: number): void => {
    table.set(origin, row * origin.length);
    if (hot >= 0) table[row * origin.length + hot - from] += 1;
  };
  const missingColumn = columns[1];
  levelColumns.forEach((hot, level) => write(level, hot >= 0 ? hot : missingColumn));
  write(levelColumns.length, missingColumn);
  write(levelColumns.length + 1, -1);
  return table;
}

function numberColumns(
  graph: GraphBuilder,
  value: string,
  { numbers, columns }: Encoding,
  origin: Float64Array,
): string[] {
  const [column, missingColumn] = columns;
  const scalar = (number: number): string => graph.constant(Float64Array.of(number), []);
  const missing = graph.node('IsNaN', [value]);
  const made: string[] = [];
  if (column >= 0) {
    const [median, mean, scale] = numbers;
    const imputed = graph.node('Where', [missing, scalar(median), value]);
    const centred = graph.node('Sub', [imputed, scalar(mean)]);
    made.push(graph.node('Div', [centred, scalar(scale)]));
  }
  if (missingColumn >= 0) {
    const centre = origin[origin.length - 1];
    made.push(graph.node('Where', [missing, scalar(centre + 1), scalar(centre)]));
  }
  return made;
}

function joined(graph: GraphBuilder, columns: readonly string[]): string {
  return graph.node('Concat', columns, { axis: 1 });
}

function recordOf(state: State): Readonly<Record<string, unknown>> {
  if (typeof state !== 'object' || state === null) throw unknownPreprocessing();
  return state as Readonly<Record<string, unknown>>;
}

function unknownPreprocessing(): Error {
  return notExportable('its preprocessing has steps that ONNX is not written for yet');
}
