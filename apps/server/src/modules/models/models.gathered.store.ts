import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import type { Reference, SeenRow } from '@quadrax/ml/tabular';
import { gatheredReferences as gathered } from './models.tables.ts';

/** So many first predictions are the reference: enough for ten cells of each feature, and soon there. */
export const referenceRows = 1000;

/** A version that is compared with its first predictions. */
export interface GatheringVersion {
  readonly tenantId: string;
  readonly modelId: string;
  readonly version: number;
}

/** How far a reference is gathered. */
export interface Gathered {
  readonly rows: number;
  readonly reference: Reference | null;
}

const of = ({ modelId, version }: Omit<GatheringVersion, 'tenantId'>) =>
  and(eq(gathered.modelId, modelId), eq(gathered.version, version));

export const findGathered = async (
  tx: Tx,
  version: Omit<GatheringVersion, 'tenantId'>,
): Promise<Gathered> => {
  const [row] = await tx
    .select({ rows: gathered.rows, reference: gathered.reference })
    .from(gathered)
    .where(of(version));
  return row ?? { rows: 0, reference: null };
};

/**
 * Puts rows to those that were gathered, as far as some are missing, and makes the reference once they are enough. Others
 * who gather for the same version wait meanwhile.
 * @returns how many of the rows were taken, from the first on, and the reference, where it is there by now
 */
export const gatherRows = async (
  tx: Tx,
  version: GatheringVersion,
  seen: readonly SeenRow[],
  { enough, make }: { readonly enough: number; readonly make: (rows: readonly SeenRow[]) => Reference },
): Promise<{ taken: number; reference: Reference | null }> => {
  await tx.insert(gathered).values(version).onConflictDoNothing();
  const { rows: known, reference: made } = gathered;
  const [before] = await tx
    .select({ rows: known, reference: made })
    .from(gathered)
    .where(of(version))
    .for('update');
  if (!before) throw new Error('What was gathered is not there.');
  if (before.reference) return { taken: 0, reference: before.reference };
  const taken = Math.min(enough - before.rows, seen.length);
  const more = seen.slice(0, taken);
  const rows = before.rows + taken;
  if (rows < enough) {
    const parts = sql`array_append(${gathered.parts}, ${JSON.stringify(more)})`;
    await tx.update(gathered).set({ rows, parts }).where(of(version));
    return { taken, reference: null };
  }
  const [kept] = await tx.select({ parts: gathered.parts }).from(gathered).where(of(version));
  const earlier = (kept?.parts ?? []).flatMap((part) => JSON.parse(part) as SeenRow[]);
  const reference = make([...earlier, ...more]);
  await tx.update(gathered).set({ rows, parts: [], reference }).where(of(version));
  return { taken, reference };
};
