import type { DatakitVersion } from '@quadrax/contract';
import type { Step } from './datakit-work.ts';

/** How a version came about. */
export const madeWords: Record<DatakitVersion['made'], string> = {
  uploaded: 'Uploaded',
  sample: 'Made from a sample',
  transformed: 'Transformed',
  appended: 'Rows appended',
  replaced: 'Replaced by a file',
  predicted: 'Predicted',
};

interface Named {
  readonly id: string;
  readonly version: number;
  readonly name: string;
}

const isNamed = (value: unknown): value is Named =>
  typeof value === 'object' && value !== null && 'id' in value && 'version' in value && 'name' in value;

/** By which version of which model the rows of which datakit were predicted, by their names at that time. */
export function predictionOf(
  recipe: DatakitVersion['recipe'],
): { readonly model: Named; readonly datakit: Named } | undefined {
  const { model, datakit } = (recipe?.['prediction'] ?? {}) as Record<string, unknown>;
  return isNamed(model) && isNamed(datakit) ? { model, datakit } : undefined;
}

/** What a version was made by, as it was written. */
export function recipeText(recipe: DatakitVersion['recipe']): string | undefined {
  if (recipe === undefined) return undefined;
  const { sql, steps } = recipe;
  const prediction = predictionOf(recipe);
  if (prediction) {
    const { model, datakit } = prediction;
    return `model: ${model.name}, version ${model.version}\ndatakit: ${datakit.name}, version ${datakit.version}`;
  }
  if (typeof sql === 'string') return sql;
  if (!Array.isArray(steps)) return undefined;
  return steps
    .map((step: Record<string, unknown>) => {
      const { step: kind, ...rest } = step;
      const facts = Object.entries(rest).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
      return `${String(kind)} ${facts.join(', ')}`;
    })
    .join('\n');
}

/** The steps that made a version, where the same can be done to another; a split makes no version. */
export function stepsOf(recipe: DatakitVersion['recipe']): Step[] | undefined {
  const steps = recipe?.['steps'];
  if (!Array.isArray(steps) || steps.length === 0) return undefined;
  const known = steps as Step[];
  return known.some(({ step }) => step === 'split') ? undefined : known;
}

type Table = Pick<DatakitVersion, 'rows' | 'columns'>;

const list = (names: readonly string[]): string =>
  names.slice(0, 6).join(', ') + (names.length > 6 ? ` and ${names.length - 6} more` : '');

/** What differs in the columns and the number of rows, in a sentence. */
export function schemaChange(before: Table, after: Table): string {
  const types = new Map(before.columns.map(({ name, type }) => [name, type]));
  const kept = new Set(after.columns.map(({ name }) => name));
  const added = after.columns.filter(({ name }) => !types.has(name)).map(({ name }) => name);
  const gone = before.columns.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
  const retyped = after.columns
    .filter(({ name, type }) => types.has(name) && types.get(name) !== type)
    .map(({ name, type }) => `${name} (${types.get(name)} → ${type})`);
  const difference = (after.rows ?? 0) - (before.rows ?? 0);
  const parts = [
    ...(added.length > 0 ? [`New: ${list(added)}`] : []),
    ...(gone.length > 0 ? [`Gone: ${list(gone)}`] : []),
    ...(retyped.length > 0 ? [`Another type: ${list(retyped)}`] : []),
    ...(difference === 0
      ? []
      : [`${Math.abs(difference).toLocaleString('en')} rows ${difference > 0 ? 'more' : 'fewer'}`]),
  ];
  return parts.length === 0 ? 'Same columns, same number of rows.' : `${parts.join(' · ')}.`;
}
