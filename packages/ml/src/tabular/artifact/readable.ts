import type { Model, State } from '../types.ts';

type Readable = null | boolean | number | string | readonly Readable[] | { readonly [key: string]: Readable };

/**
 * A model as plain JSON, for people and programs that have no use for the binary artifact:
 *
 *   format         "quadrax-model", and `formatVersion` 1
 *   algorithm      with `parameters`, `seed` and `libraryVersion`
 *   schema         task, target, features, classes
 *   pipeline       what was learnt: preprocessing and estimator, in the layout of their source files
 *
 * Arrays are lists of numbers; "NaN", "Infinity" and "-Infinity" are text, since JSON has no such numbers. Trees are kept
 * node by node: `columns` (-1 for a leaf), `thresholds` (a leaf's value; ≤ goes left), `children` (left and right in
 * pairs), `flags` (1: missing goes right, 2: by category, a bit of `categories` for each category that goes left).
 */
export function readableModel({ fitted, ...about }: Model): { readonly [key: string]: Readable } {
  const { libraryVersion, seed, algorithm, parameters, schema } = about;
  return {
    format: 'quadrax-model',
    formatVersion: 1,
    libraryVersion,
    algorithm,
    parameters,
    seed,
    schema: readable(schema as unknown as State),
    pipeline: readable(fitted.state()),
  };
}

function readable(state: State): Readable {
  if (ArrayBuffer.isView(state)) return Array.from(state, number);
  if (Array.isArray(state)) return state.map(readable);
  if (typeof state === 'number') return number(state);
  if (typeof state !== 'object' || state === null) return state;
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, readable(value)]));
}

function number(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
