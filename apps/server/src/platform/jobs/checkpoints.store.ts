import { and, eq } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';
import { jobCheckpoints } from './jobs.tables.ts';
import type { Attempt } from './jobs.tables.ts';

type Owner = Pick<Attempt, 'tenantId' | 'jobId'>;
const own = ({ tenantId, jobId }: Owner) =>
  and(eq(jobCheckpoints.tenantId, tenantId), eq(jobCheckpoints.jobId, jobId));

/** What earlier attempts kept, in the order in which they did. */
export const readCheckpoints = async (tx: Tx, job: Owner): Promise<unknown[]> => {
  const rows = await tx
    .select({ data: jobCheckpoints.data })
    .from(jobCheckpoints)
    .where(own(job))
    .orderBy(jobCheckpoints.part);
  return rows.map(({ data }) => data);
};

/** For a transaction that has made sure that the attempt is the one that runs. */
export const keepCheckpoints = async (tx: Tx, attempt: Attempt, parts: readonly unknown[]): Promise<void> => {
  const { tenantId, jobId } = attempt;
  await tx.insert(jobCheckpoints).values(parts.map((data) => ({ tenantId, jobId, data })));
};

export const forgetCheckpoints = async (tx: Tx, job: Owner): Promise<void> => {
  await tx.delete(jobCheckpoints).where(own(job));
};
