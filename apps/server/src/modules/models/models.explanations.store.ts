import type { ModelExplanation } from '@quadrax/contract';
import { and, eq } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { modelExplanations } from './models.tables.ts';
import type { HeldOutColumns } from './models.tables.ts';

export const insertExplanation = async (
  tx: Tx,
  explanation: typeof modelExplanations.$inferInsert,
): Promise<void> => {
  await tx.insert(modelExplanations).values(explanation);
};

const ofVersion = (modelId: string, version: number) =>
  and(eq(modelExplanations.modelId, modelId), eq(modelExplanations.version, version));

/** Absent for versions that were trained before there were explanations, or cannot be explained. */
export const findExplanation = async (
  tx: Tx,
  modelId: string,
  version: number,
): Promise<ModelExplanation | undefined> => {
  const [row] = await tx
    .select({ explanation: modelExplanations.explanation })
    .from(modelExplanations)
    .where(ofVersion(modelId, version));
  return row?.explanation ?? undefined;
};

export const findHeldOut = async (
  tx: Tx,
  modelId: string,
  version: number,
): Promise<HeldOutColumns | undefined> => {
  const [row] = await tx
    .select({ heldOut: modelExplanations.heldOut })
    .from(modelExplanations)
    .where(ofVersion(modelId, version));
  return row?.heldOut;
};
