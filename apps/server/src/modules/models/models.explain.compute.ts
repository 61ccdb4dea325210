import { readFile } from 'node:fs/promises';
import type { Explanation } from '@quadrax/ml/tabular';
import { computeTask } from '#platform/compute';

export interface ExplainInput {
  readonly artifact: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Explains rows of a model that takes long to explain one. */
export const explainRowsTask = computeTask(
  import.meta.url,
  'models.explain_rows',
  async ({ artifact, rows }: ExplainInput): Promise<Explanation[]> => {
    const { createRecordExplainer, decodeModel } = await import('@quadrax/ml/tabular');
    const explainer = createRecordExplainer(decodeModel(await readFile(artifact)));
    if (!explainer) throw new Error('The model explains nothing.');
    return rows.map((row) => explainer.explain(row));
  },
);
