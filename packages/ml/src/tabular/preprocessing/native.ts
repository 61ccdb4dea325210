import { TabularError } from '../errors.ts';
import type { DesignColumn } from './design.ts';
import type { FittedPreprocessor, Preprocessor } from './preprocessor.ts';
import { readSource, readSourceColumn, type Source, sourcesOf } from './sources.ts';

/**
 * For learners that take categories and missing values as they are (trees): numbers and dates pass, with the parts of
 * dates as ordered numbers; a category no training row had becomes missing.
 */
export const nativePreprocessor: Preprocessor = {
  fit(frame) {
    const sources = sourcesOf(frame.features);
    const seen = sources.map((source) =>
      isCategory(source)
        ? seenLevels(readSourceColumn(source, frame.columns), source.levels)
        : new Uint8Array(0),
    );
    return assemble(sources, seen);
  },
  revive(state, features) {
    const sources = sourcesOf(features);
    if (!Array.isArray(state) || state.length !== sources.length) throw damaged();
    const seen = state.map((entry) => {
      if (entry instanceof Uint8Array) return entry;
      throw damaged();
    });
    return assemble(sources, seen);
  },
};

function assemble(sources: readonly Source[], seen: readonly Uint8Array[]): FittedPreprocessor {
  const columns = sources.map((source): DesignColumn =>
    isCategory(source) ? { kind: 'categorical', categories: source.levels } : { kind: 'numeric' },
  );
  return {
    columns,
    transformRow(raw, x) {
      for (let i = 0; i < sources.length; i++) {
        const value = readSource(sources[i], raw);
        x[i] = columns[i].kind === 'categorical' && seen[i][value] !== 1 ? NaN : value;
      }
    },
    state: () => seen,
  };
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
