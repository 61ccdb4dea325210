import { TabularError } from '../errors.ts';
import type { FeatureSchema, State } from '../types.ts';
import type { DesignColumn } from './design.ts';
import { type PlacedEncoding, placeEncodings } from './learnt-encoding.ts';
import type { CrossFitted, FittedPreprocessor, Preprocessor } from './preprocessor.ts';
import {
  type DateParts,
  readSource,
  readSourceColumn,
  reviveParts,
  type Source,
  sourcesOf,
  varyingParts,
} from './sources.ts';
import { fitTexts, reviveTexts } from './text.ts';

/**
 * For learners that take categories and missing values as they are (trees): numbers and dates pass, with the parts of
 * dates that vary as ordered numbers; a category no training row had becomes missing; texts become a few numbers.
 */
export const nativePreprocessor: Preprocessor = {
  fit(frame, target) {
    const parts = varyingParts(frame.features, frame.columns);
    const sources = sourcesOf(frame.features, parts);
    const seen = sources.map((source) =>
      isCategory(source)
        ? seenLevels(readSourceColumn(source, frame.columns), source.levels)
        : new Uint8Array(0),
    );
    const fittedTexts = fitTexts(frame, target);
    const texts = placeEncodings(
      fittedTexts.map(({ encoding }) => encoding),
      sources.length,
    );
    const crossFitted = fittedTexts.flatMap((fitted, i) =>
      fitted.crossFitted.map((scores, k): CrossFitted => {
        const column = frame.columns[fitted.encoding.feature];
        const values = scores.map((score, row) => (Number.isNaN(column[row]) ? NaN : score));
        return { column: texts[i].at + k, values };
      }),
    );
    return { ...assemble({ sources, seen, parts, texts }, frame.features), crossFitted };
  },
  revive(state, features, documents) {
    const { parts: given, seen: marks, texts } = Array.isArray(state) ? legacy(state) : recordOf(state);
    const parts = reviveParts(given);
    const sources = sourcesOf(features, parts);
    if (!Array.isArray(marks) || marks.length !== sources.length) throw damaged();
    const seen = marks.map((entry: State) => {
      if (entry instanceof Uint8Array) return entry;
      throw damaged();
    });
    const placed = placeEncodings(reviveTexts(texts, features, documents), sources.length);
    return assemble({ sources, seen, parts, texts: placed }, features);
  },
};

interface Plan {
  readonly sources: readonly Source[];
  readonly seen: readonly Uint8Array[];
  /** Undefined in models made before the parts of dates were chosen. */
  readonly parts: DateParts | undefined;
  readonly texts: readonly PlacedEncoding[];
}

function assemble(plan: Plan, features: readonly FeatureSchema[]): FittedPreprocessor {
  const { sources, seen, texts } = plan;
  const columns = sources.map((source): DesignColumn => {
    if (isCategory(source)) return { kind: 'categorical', categories: source.levels };
    return source.part === undefined
      ? { kind: 'numeric', name: features[source.feature].name }
      : { kind: 'numeric' };
  });
  const textFeatures = texts.flatMap(({ encoding: { feature, width } }) =>
    Array.from({ length: width }, () => feature),
  );
  const fitted: FittedPreprocessor = {
    columns: [...columns, ...textFeatures.map((): DesignColumn => ({ kind: 'numeric' }))],
    features: Int32Array.from([...sources.map(({ feature }) => feature), ...textFeatures]),
    transformRow(raw, x) {
      for (let i = 0; i < sources.length; i++) {
        const value = readSource(sources[i], raw);
        x[i] = columns[i].kind === 'categorical' && seen[i][value] !== 1 ? NaN : value;
      }
      for (const { encoding, at } of texts) {
        const document = raw[encoding.feature];
        if (Number.isNaN(document)) x.fill(NaN, at, at + encoding.width);
        else encoding.write(document, x, at);
      }
    },
    state: () => stateOf(plan),
  };
  if (texts.length > 0) return fitted;
  return {
    ...fitted,
    transformColumn(index, given, out) {
      out.set(readSourceColumn(sources[index], given));
      if (columns[index].kind !== 'categorical') return;
      const known = seen[index];
      for (let row = 0; row < out.length; row++) if (known[out[row]] !== 1) out[row] = NaN;
    },
  };
}

/** A bare list where there are neither dates nor texts, as ever. */
function stateOf({ seen, parts, texts }: Plan): State {
  if (!parts || (parts.length === 0 && texts.length === 0)) return seen;
  return { seen, parts, texts: texts.map(({ encoding }) => encoding.state()) };
}

function legacy(seen: readonly State[]): Record<string, State | undefined> {
  return { seen };
}

function recordOf(state: State): Record<string, State | undefined> {
  if (typeof state !== 'object' || state === null) throw damaged();
  return state as Record<string, State>;
}

function isCategory(source: Source): boolean {
  return source.levels > 0 && source.part === undefined;
}

function seenLevels(values: Float64Array, levels: number): Uint8Array {
  const seen = new Uint8Array(levels);
  for (const value of values) if (!Number.isNaN(value)) seen[value] = 1;
  return seen;
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid preprocessing for trees.');
}
