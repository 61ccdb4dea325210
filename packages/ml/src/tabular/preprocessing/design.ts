/** A column of a design matrix: a number, or a category's index below `categories`. `name`: of a feature left as it is. */
export type DesignColumn =
  | { readonly kind: 'numeric'; readonly name?: string }
  | { readonly kind: 'categorical'; readonly categories: number };

/** What estimators are fitted on. `values` is column-major, rows × columns.length; NaN is missing. */
export interface Design {
  readonly rows: number;
  readonly columns: readonly DesignColumn[];
  readonly values: Float64Array;
}

/** Copies row `row` of a design into `x`. */
export function readRow(design: Design, row: number, x: Float64Array): void {
  const { rows, values } = design;
  for (let column = 0, at = row; column < x.length; column++, at += rows) x[column] = values[at];
}
