import type { Prediction } from '@quadrax/contract';
import { createSeenReader, createSeenTally, referenceOfSeen } from '@quadrax/ml/tabular';
import type { Reference, Schema, SeenRow, SeenTally } from '@quadrax/ml/tabular';
import type { Database } from '#platform/db';
import { gatherRows, referenceRows } from './models.gathered.store.ts';
import type { GatheringVersion } from './models.gathered.store.ts';

/** Rows held until the database is told of them; of what comes beyond in those seconds nothing is compared. */
const mostWaiting = 2 * referenceRows;

/** Compares an imported version with the first rows it predicted, in whatever process. */
export interface Gathering {
  seen(rows: readonly Readonly<Record<string, unknown>>[], answers: readonly Prediction[]): void;
  /** Rows in the cells of the reference; undefined while it is gathered. */
  counts(): Float64Array | undefined;
  /** Tells the database of the rows that wait. Those that the reference has no need of any more are counted in its cells. */
  write(): Promise<void>;
}

export const createGathering = (
  db: Database,
  version: GatheringVersion,
  schema: Schema,
  known: Reference | null,
): Gathering => {
  const read = createSeenReader(schema);
  const waiting: SeenRow[] = [];
  let tally: SeenTally | undefined = known ? createSeenTally(known) : undefined;
  const { tenantId } = version;
  return {
    seen: (rows, answers) => {
      for (const [i, answer] of answers.entries()) {
        if (!tally && waiting.length >= mostWaiting) return;
        const row = read(rows[i] ?? {}, answer);
        if (tally) tally.add(row);
        else waiting.push(row);
      }
    },
    counts: () => tally?.counts,
    write: async () => {
      if (waiting.length === 0) return;
      const make = (rows: readonly SeenRow[]) => referenceOfSeen(schema, rows);
      // More may come meanwhile: what is taken is taken from the front.
      const { taken, reference } = await db.tenant(tenantId, (tx) =>
        gatherRows(tx, version, [...waiting], { enough: referenceRows, make }),
      );
      waiting.splice(0, taken);
      if (!reference) return;
      tally = createSeenTally(reference);
      for (const row of waiting.splice(0)) tally.add(row);
    },
  };
};
