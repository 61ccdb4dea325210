import type { HeldOutQuery, HeldOutRows, ModelExplanation } from '@quadrax/contract';
import type { ComputePool } from '#platform/compute';
import type { Database, Tx } from '#platform/db';
import { notFound } from '#platform/errors';
import type { DatakitTable } from '#modules/datakits';
import { rowsTask } from './models.compute.ts';
import { findExplanation, findHeldOut } from './models.explanations.store.ts';
import { heldOutRows } from './models.held-out.ts';
import { findModel, findModelVersion } from './models.store.ts';
import type { ModelVersionRow } from './models.store.ts';

export interface EvidenceDeps {
  readonly db: Database;
  readonly compute: ComputePool;
  readonly table: (tenantId: string, id: string, version?: number) => Promise<DatakitTable>;
}

/** What lies behind the figures of a version. All of it is @throws AppError NOT_FOUND where the version has none. */
export interface Evidence {
  explanation(tenantId: string, id: string, version: number): Promise<ModelExplanation>;
  rows(
    tenantId: string,
    id: string,
    version: number,
    query: HeldOutQuery,
    signal: AbortSignal,
  ): Promise<HeldOutRows>;
}

const versionIn = async (tx: Tx, id: string, version: number): Promise<ModelVersionRow> => {
  if (!(await findModel(tx, id))) throw notFound('model');
  const row = await findModelVersion(tx, id, version);
  if (!row) throw notFound('version');
  return row;
};

export const createEvidence = ({ db, compute, table }: EvidenceDeps): Evidence => ({
  explanation: (tenantId, id, version) =>
    db.tenant(tenantId, async (tx) => {
      await versionIn(tx, id, version);
      const explanation = await findExplanation(tx, id, version);
      if (!explanation) throw notFound('explanation');
      return explanation;
    }),
  rows: async (tenantId, id, version, query, signal) => {
    const { row, heldOut, datakitId, datakitVersion } = await db.tenant(tenantId, async (tx) => {
      const found = { row: await versionIn(tx, id, version), heldOut: await findHeldOut(tx, id, version) };
      if (!found.heldOut) throw notFound('rows');
      const { datakitId, datakitVersion } = found.row;
      if (datakitId === null || datakitVersion === null) throw notFound('rows');
      return { ...found, heldOut: found.heldOut, datakitId, datakitVersion };
    });
    const fitting = heldOutRows(heldOut, row.report.classes, query);
    const page = fitting.slice(query.offset, query.offset + query.limit);
    const { parquet, columns } = await table(tenantId, datakitId, datakitVersion);
    const places = page.map((one) => one.row - 1);
    const cells =
      places.length === 0
        ? []
        : await compute.run(
            rowsTask,
            { parquet, columns, rows: places },
            { lane: 'interactive', share: tenantId, signal },
          );
    return {
      total: fitting.length,
      kept: heldOut.rows.length,
      columns,
      rows: page.map((one, i) => ({ ...one, cells: cells[i] ?? [] })),
    };
  },
});
