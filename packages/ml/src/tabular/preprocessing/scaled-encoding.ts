import type { Documents } from '../data/documents.ts';
import type { Frame, Target } from '../data/frame.ts';
import { TabularError } from '../errors.ts';
import type { FeatureSchema, State } from '../types.ts';
import { type FittedEncoding, type PlacedEncoding, placeEncodings } from './learnt-encoding.ts';
import type { CrossFitted } from './preprocessor.ts';
import { fitTargetEncoding, reviveTargetEncoding } from './target-encoding.ts';
import { fitTexts, reviveTexts } from './text.ts';

/** A placed encoding whose numbers are standardised as training rows have them. */
export interface ScaledEncoding extends PlacedEncoding {
  readonly means: Float64Array;
  readonly scales: Float64Array;
}

/** Learns the mean target of the given categorical features, and every text. */
export function fitEncodings(frame: Frame, target: Target, categories: readonly number[]): FittedEncoding[] {
  const encoded = categories.map((feature) => {
    const schema = frame.features[feature];
    const levels = schema.kind === 'categorical' ? schema.categories.length : 0;
    return fitTargetEncoding(feature, frame.columns[feature], levels, target);
  });
  return [...encoded, ...fitTexts(frame, target)];
}

/** Places encodings from column `from` on and learns how their numbers are spread. */
export function scaleEncodings(
  frame: Frame,
  fitted: readonly FittedEncoding[],
  from: number,
): { encodings: ScaledEncoding[]; crossFitted: CrossFitted[] } {
  const placed = placeEncodings(
    fitted.map(({ encoding }) => encoding),
    from,
  );
  const crossFitted: CrossFitted[] = [];
  const encodings = placed.map(({ encoding, at }, i) => {
    const columns = trainingColumns(frame, fitted[i]);
    const known = fitted[i].crossFitted.length;
    const spreads = columns.map(spreadOf);
    // What is not of the target keeps its proportions: the greatest of these numbers has the scale of all.
    const greatest = Math.max(0, ...spreads.slice(known).map(({ deviation }) => deviation));
    const means = Float64Array.from(spreads, ({ mean }) => mean);
    const scales = Float64Array.from(spreads, ({ deviation }, k) => (k < known ? deviation : greatest) || 1);
    for (let k = 0; k < known; k++) {
      const values = columns[k].map((value) => (value - means[k]) / scales[k]);
      crossFitted.push({ column: at + k, values });
    }
    return { encoding, at, means, scales };
  });
  return { encodings, crossFitted };
}

/** The numbers of an encoding on the training rows, cross-fitted where they know the target. */
function trainingColumns(
  { rows, columns }: Frame,
  { encoding, crossFitted }: FittedEncoding,
): Float64Array[] {
  const known = crossFitted.length;
  const all = Array.from({ length: encoding.width }, (_, k) => crossFitted[k] ?? new Float64Array(rows));
  const x = new Float64Array(encoding.width);
  if (known === encoding.width) return all;
  for (let row = 0; row < rows; row++) {
    encoding.write(columns[encoding.feature][row], x, 0);
    for (let k = known; k < x.length; k++) all[k][row] = x[k];
  }
  return all;
}

function spreadOf(values: Float64Array): { mean: number; deviation: number } {
  const rows = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / rows;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / rows);
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 };
}

/** Writes the standardised numbers of a raw row where they belong in `x`. */
export function writeScaled(
  { encoding, at, means, scales }: ScaledEncoding,
  raw: Float64Array,
  x: Float64Array,
): void {
  encoding.write(raw[encoding.feature], x, at);
  for (let k = 0; k < means.length; k++) x[at + k] = (x[at + k] - means[k]) / scales[k];
}

export function scaledState(encodings: readonly ScaledEncoding[]): State {
  return encodings.map(({ encoding, means, scales }) => ({ encoding: encoding.state(), means, scales }));
}

/** The encodings whose states these are: mean targets, then texts, from column `from` on. */
export function reviveScaled(
  state: State | undefined,
  features: readonly FeatureSchema[],
  documents: Documents,
  from: number,
): ScaledEncoding[] {
  const states = (Array.isArray(state) ? state : []) as readonly Record<string, State>[];
  const texts = features.filter(({ kind }) => kind === 'text').length;
  const split = states.length - texts;
  if (split < 0) throw damaged();
  const encodings = [
    ...states.slice(0, split).map(({ encoding }) => reviveTargetEncoding(encoding)),
    ...reviveTexts(
      states.slice(split).map(({ encoding }) => encoding),
      features,
      documents,
    ),
  ];
  return placeEncodings(encodings, from).map((placed, i): ScaledEncoding => {
    const { means, scales } = states[i];
    if (!(means instanceof Float64Array) || !(scales instanceof Float64Array)) throw damaged();
    const { width } = placed.encoding;
    if (means.length !== width || scales.length !== width) throw damaged();
    return { ...placed, means, scales };
  });
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid encoding of columns.');
}
