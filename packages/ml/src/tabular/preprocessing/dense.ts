import { TabularError } from '../errors.ts';
import type { Documents } from '../data/documents.ts';
import type { Frame } from '../data/frame.ts';
import type { FeatureSchema, State } from '../types.ts';
import type { FittedPreprocessor, Preprocessor } from './preprocessor.ts';
import {
  fitEncodings,
  reviveScaled,
  type ScaledEncoding,
  scaledState,
  scaleEncodings,
  writeScaled,
} from './scaled-encoding.ts';
import {
  type DateParts,
  hasParts,
  readSource,
  readSourceColumn,
  reviveParts,
  type Source,
  sourcesOf,
  varyingParts,
} from './sources.ts';
import { sortedPresent } from '../../order/order.ts';

/** Categories of one column beyond so many, by falling frequency, share one design column. */
const mostLevels = 100;
/** Design columns that all categories together may take, before each column has its first few. */
const categoryBudget = 600;
const leastLevels = 8;

/** Categories of a column that get a design column of their own, given how many each column has. */
function levelLimit(levels: readonly number[]): number {
  const large = levels.filter((count) => count > leastLevels).length;
  return Math.min(mostLevels, Math.max(leastLevels, Math.floor(categoryBudget / large)));
}

/** About how many design columns there will be: for a number itself and that it is missing, for a date its parts. */
export function denseWidth(features: readonly FeatureSchema[]): number {
  const levels = features.map((feature) => (feature.kind === 'categorical' ? feature.categories.length : 0));
  const limit = levelLimit(levels);
  const plain = { numeric: 2, datetime: 24, time: 27, text: 16 };
  return features.reduce(
    (sum, { kind }, i) => sum + (kind === 'categorical' ? Math.min(levels[i], limit) + 2 : plain[kind]),
    0,
  );
}

/** What was learnt of one source. Design column indices are -1 where there is none. */
interface Encoding {
  /** Numbers: the column, what replaces a missing value, and (value − mean) / scale. */
  readonly column: number;
  readonly median: number;
  readonly mean: number;
  readonly scale: number;
  /** Categories: the design column of each level; empty for numbers. */
  readonly levelColumns: Int32Array;
  /** The design column that is hot where the value is missing. */
  readonly missingColumn: number;
}

/**
 * For learners that need a full numeric matrix: numbers are imputed by the median and standardised, missing values of
 * columns that had some in training get an indicator, categories and parts of dates are one-hot. Indicators are
 * centred, not scaled. Categories beyond the one-hot limit have their mean target as well, texts a few numbers, and
 * parts of dates that come round a sine and a cosine.
 */
export const densePreprocessor: Preprocessor = {
  fit(frame, target) {
    const parts = varyingParts(frame.features, frame.columns);
    const sources = sourcesOf(frame.features, parts, { waves: true });
    const encodings: Encoding[] = [];
    const maxLevels = levelLimit(sources.map(({ levels }) => levels));
    let width = 0;
    for (const source of sources) {
      const values = readSourceColumn(source, frame.columns);
      const encoding =
        source.levels > 0 ? learnLevels(values, source, width, maxLevels) : learnNumber(values, width);
      width = Math.max(
        width,
        encoding.column + 1,
        encoding.missingColumn + 1,
        maximum(encoding.levelColumns) + 1,
      );
      encodings.push(encoding);
    }
    const origin = learnOrigin(frame, sources, encodings, width);
    const plain = { sources, encodings, origin, parts };
    const learnt = fitEncodings(frame, target, largeCategories(frame, maxLevels));
    const scaled = scaleEncodings(frame, learnt, width);
    return { ...assemble({ ...plain, learnt: scaled.encodings }), crossFitted: scaled.crossFitted };
  },
  revive,
};

interface Plan {
  readonly sources: readonly Source[];
  readonly encodings: readonly Encoding[];
  readonly origin: Float64Array;
  /** Undefined in models made before the parts of dates were chosen. */
  readonly parts: DateParts | undefined;
  readonly learnt: readonly ScaledEncoding[];
}

/** The categorical features that training rows show more categories of than are one-hot. */
function largeCategories({ features, columns }: Frame, maxLevels: number): number[] {
  return features.flatMap(({ kind }, feature) => {
    if (kind !== 'categorical') return [];
    const present = columns[feature].filter((value) => !Number.isNaN(value));
    return new Set(present).size > maxLevels ? [feature] : [];
  });
}

function assemble(plan: Plan): FittedPreprocessor {
  const { sources, encodings, origin, learnt } = plan;
  const features = columnFeatures(plan);
  return {
    columns: Array.from(features, () => ({ kind: 'numeric' })),
    features,
    meanTargets: learnt.flatMap(({ encoding: { feature } }) =>
      sources.some((source) => source.feature === feature) ? [feature] : [],
    ),
    transformRow(raw, x) {
      x.set(origin);
      for (let i = 0; i < sources.length; i++) writeSource(encodings[i], readSource(sources[i], raw), x);
      for (const encoding of learnt) writeScaled(encoding, raw, x);
    },
    state: () => stateOf(plan),
  };
}

function columnFeatures({ sources, encodings, origin, learnt }: Plan): Int32Array {
  const learntFeatures = learnt.flatMap(({ encoding: { feature, width } }) =>
    Array.from({ length: width }, () => feature),
  );
  const featureOf = Int32Array.from([...origin, ...learntFeatures]);
  encodings.forEach(({ column, missingColumn, levelColumns }, i) => {
    for (const index of [column, missingColumn, ...levelColumns]) {
      if (index >= 0) featureOf[index] = sources[i].feature;
    }
  });
  featureOf.set(learntFeatures, origin.length);
  return featureOf;
}

function stateOf({ origin, encodings, parts, learnt }: Plan): State {
  return {
    origin,
    encodings: encodings.map(encodingState),
    ...(parts && parts.length > 0 && { parts }),
    ...(learnt.length > 0 && { learnt: scaledState(learnt) }),
  };
}

function writeSource(encoding: Encoding, value: number, x: Float64Array): void {
  const { column, missingColumn, levelColumns } = encoding;
  const isLevel = levelColumns.length > 0;
  const hot = isLevel && !Number.isNaN(value) ? levelColumns[value] : -1;
  const missing = isLevel ? hot < 0 : Number.isNaN(value);
  if (hot >= 0) x[hot] += 1;
  if (missing && missingColumn >= 0) x[missingColumn] += 1;
  if (column >= 0) x[column] = ((missing ? encoding.median : value) - encoding.mean) / encoding.scale;
}

function learnNumber(values: Float64Array, width: number): Encoding {
  const present = sortedPresent(values);
  const missing = values.length - present.length;
  const middle = present.length >> 1;
  const median =
    present.length % 2 === 1
      ? present[middle]
      : present.length > 0
        ? (present[middle - 1] + present[middle]) / 2
        : 0;
  const mean = (sum(present) + missing * median) / Math.max(1, values.length);
  const squares = present.reduce(
    (total, value) => total + (value - mean) ** 2,
    missing * (median - mean) ** 2,
  );
  const scale = Math.sqrt(squares / Math.max(1, values.length));
  // Of equal numbers a scale is what rounding made of the mean: it tells nothing by itself, nor beside the mean.
  const varies = present[0] < present[present.length - 1] && scale > 0 && Number.isFinite(scale);
  const missingColumn = missing > 0 && present.length > 0 ? width + (varies ? 1 : 0) : -1;
  const column = varies ? width : -1;
  return { column, median, mean, scale: varies ? scale : 1, levelColumns: new Int32Array(0), missingColumn };
}

function learnLevels(values: Float64Array, source: Source, width: number, maxLevels: number): Encoding {
  const counts = new Int32Array(source.levels);
  let missing = 0;
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else counts[value]++;
  }
  const seen = Array.from(counts.keys()).filter((level) => counts[level] > 0);
  seen.sort((a, b) => counts[b] - counts[a] || a - b);
  const levelColumns = new Int32Array(source.levels).fill(-1);
  seen.forEach((level, rank) => (levelColumns[level] = width + Math.min(rank, maxLevels)));
  const next = width + Math.min(seen.length, maxLevels + 1);
  const missingColumn = missing > 0 && seen.length > 0 ? next : -1;
  return { column: -1, median: 0, mean: 0, scale: 1, levelColumns, missingColumn };
}

/** Minus the share of rows in which each indicator is hot: what centres it. 0 for numbers, centred by their own mean. */
function learnOrigin(
  frame: Frame,
  sources: readonly Source[],
  encodings: readonly Encoding[],
  width: number,
): Float64Array {
  const total = new Float64Array(width);
  const raw = new Float64Array(frame.columns.length);
  const nothing = { parts: undefined, learnt: [] };
  const fitted = assemble({ sources, encodings, origin: new Float64Array(width), ...nothing });
  const x = new Float64Array(width);
  for (let row = 0; row < frame.rows; row++) {
    for (let i = 0; i < raw.length; i++) raw[i] = frame.columns[i][row];
    fitted.transformRow(raw, x);
    for (let i = 0; i < width; i++) total[i] += x[i];
  }
  const origin = total.map((hot) => -hot / Math.max(1, frame.rows));
  for (const { column } of encodings) if (column >= 0) origin[column] = 0;
  return origin;
}

function encodingState({ column, median, mean, scale, levelColumns, missingColumn }: Encoding): State {
  return {
    numbers: Float64Array.of(median, mean, scale),
    columns: Int32Array.of(column, missingColumn),
    levelColumns,
  };
}

function revive(state: State, features: readonly FeatureSchema[], documents: Documents): FittedPreprocessor {
  const { origin, encodings, parts: given, learnt } = state as Record<string, State | undefined>;
  const parts = reviveParts(given);
  const hasDates = features.some(hasParts);
  const sources = sourcesOf(features, parts, { waves: hasDates && parts !== undefined });
  if (!(origin instanceof Float64Array) || !Array.isArray(encodings)) throw damaged();
  if (encodings.length !== sources.length) throw damaged();
  return assemble({
    sources,
    encodings: encodings.map(reviveEncoding),
    origin,
    parts,
    learnt: reviveScaled(learnt, features, documents, origin.length),
  });
}

function reviveEncoding(state: State): Encoding {
  const { numbers, columns, levelColumns } = state as {
    numbers?: State;
    columns?: State;
    levelColumns?: State;
  };
  if (!(numbers instanceof Float64Array) || !(columns instanceof Int32Array)) throw damaged();
  if (!(levelColumns instanceof Int32Array)) throw damaged();
  const [median, mean, scale] = numbers;
  const [column, missingColumn] = columns;
  return { column, median, mean, scale, levelColumns, missingColumn };
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid numeric preprocessing.');
}

function maximum(values: Int32Array): number {
  return values.reduce((most, value) => Math.max(most, value), -1);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
