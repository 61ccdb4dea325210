import { datakits as routes } from '@quadrax/contract';
import type { Datakit, DatakitVersion, Lineage, Query, Reading } from '@quadrax/contract';
import { AppError, notFound } from '#platform/errors';
import { numberedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage, Multipart } from '#platform/http';
import { columnsDiffer, differenceText } from './data/column-difference.ts';
import { createKeepVersion } from './datakits.keeping.ts';
import type { KeepDeps } from './datakits.keeping.ts';
import { lineageOf } from './datakits.lineage.ts';
import type { FindModels } from './datakits.lineage.ts';
import { datakitAt, foundIn, notReady, versionIn } from './datakits.reading.ts';
import type { ReadTable } from './datakits.reading.ts';
import { demandSuccession } from './datakits.succession.ts';
import { receiveForm } from './datakits.upload.ts';
import type { Arrival } from './datakits.upload.ts';
import { findVersionRecord, listVersions, parentsOf, setCurrentVersion } from './datakits.versions.store.ts';
import type { Parent, VersionRecord } from './datakits.versions.store.ts';

export interface VersionsDeps extends KeepDeps {
  readonly cursors: Cursors;
  readonly maxUploadBytes: number;
  readonly table: ReadTable;
  readonly findModels: FindModels;
}

export interface VersionsService {
  list(tenantId: string, id: string, query: Query<typeof routes.versions>): Promise<ListPage<DatakitVersion>>;
  get(tenantId: string, id: string, version: number): Promise<DatakitVersion>;
  /** Makes an earlier version the current one. */
  use(change: Change, id: string, version: number): Promise<Datakit>;
  /** Takes further rows, or all of them anew, as a file with the same columns. */
  addFile(
    caller: Caller,
    change: Change,
    id: string,
    multipart: Multipart,
    made: 'appended' | 'replaced',
  ): Promise<Datakit>;
  lineage(tenantId: string, id: string): Promise<Lineage>;
}

const optionNames = ['encoding', 'delimiter', 'header', 'sheet', 'dateOrder'] as const;

/** How a file was read, by what is kept of its intake. */
const readingOf = ({ table, reading = {} }: VersionRecord['intake']): Reading => {
  const { encoding, delimiter, header, skip } = table;
  const { sheet, dateOrder } = reading;
  return {
    ...(encoding !== null && { encoding }),
    ...(delimiter !== null && { delimiter, header: header ? 'yes' : 'no' }),
    ...(delimiter === null && reading.header !== undefined && { header: reading.header }),
    ...(sheet !== undefined && { sheet }),
    ...(dateOrder !== undefined && { dateOrder }),
    ...(skip !== undefined && { skippedLines: skip }),
    stated: optionNames.filter((name) => Object.hasOwn(reading, name)),
  };
};

const versionView = (
  { version: row, creator, intake }: VersionRecord,
  current: number,
  parents: readonly Parent[] = [],
): DatakitVersion => ({
  version: row.version,
  status: row.status,
  current: row.version === current,
  made: row.made,
  parents: [...parents],
  ...(row.recipe && { recipe: { ...row.recipe } }),
  notes: row.notes,
  format: row.format,
  fileName: row.fileName,
  ...(row.made !== 'transformed' && row.made !== 'predicted' && { reading: readingOf(intake) }),
  rows: row.rows,
  columns: row.columns,
  sizeBytes: row.sizeBytes,
  sha256: row.sha256,
  createdBy: { id: row.createdBy, ...(creator !== null && { name: creator }) },
  jobId: row.jobId,
  ...(row.error !== null && { error: row.error }),
  createdAt: row.createdAt.toISOString(),
});

/** Refuses a file whose names are known and are not those of the datakit. */
export const demandColumns = ({ intake }: Arrival, columns: Datakit['columns']): void => {
  const { columns: given } = intake.table;
  const difference =
    given &&
    columnsDiffer(
      columns.map(({ name }) => name),
      given,
    );
  if (!difference) return;
  throw new AppError('COLUMNS_DIFFER', {
    message: differenceText(difference),
    details: [
      ...difference.missing.map((name) => ({
        field: 'dataset',
        message: `The column "${name}" is missing.`,
      })),
      ...difference.added.map((name) => ({ field: 'dataset', message: `The column "${name}" is new.` })),
    ].slice(0, 100),
  });
};

export const createVersionsService = (deps: VersionsDeps): VersionsService => {
  const { db, objects, cursors, reach, table } = deps;
  const keepVersion = createKeepVersion(deps);
  return {
    list: (tenantId, id, query) =>
      numberedPageOf(
        cursors,
        query,
        (item: DatakitVersion) => item,
        ({ version }) => version,
        (page) =>
          db.tenant(tenantId, async (tx) => {
            const { datakit } = await foundIn(tx, id);
            const { rows, total } = await listVersions(tx, id, page);
            const numbers = rows.map(({ version }) => version.version);
            const parents = await parentsOf(tx, id, numbers);
            const viewOf = (row: VersionRecord): DatakitVersion =>
              versionView(row, datakit.version, parents.get(row.version.version));
            return { rows: rows.map(viewOf), total };
          }),
      ),
    get: (tenantId, id, version) =>
      db.tenant(tenantId, async (tx) => {
        const { datakit } = await foundIn(tx, id);
        const row = await findVersionRecord(tx, id, version);
        if (!row) throw notFound('version');
        const parents = await parentsOf(tx, id, [version]);
        return versionView(row, datakit.version, parents.get(version));
      }),
    use: (change, id, number) =>
      change.tenant(async (tx) => {
        const { record, version } = await versionIn(tx, id, number);
        if (version.status !== 'READY') throw notReady(version.status);
        await setCurrentVersion(tx, id, number);
        const after = await datakitAt(tx, id, number);
        return { reply: after, before: { version: record.datakit.version }, after: { version: number } };
      }),
    addFile: async (caller, change, id, multipart, made) => {
      await objects.room.require(0);
      await deps.scan.require();
      // Before a byte is taken: what there is nothing to put it to is refused at once.
      const { version, columns } = await table(caller.tenantId, id);
      if (made === 'appended') await db.tenant(caller.tenantId, (tx) => demandSuccession(tx, id, version));
      const options = { objects, reach, maxBytes: deps.maxUploadBytes };
      const { body } = made === 'appended' ? routes.append : routes.replace;
      return receiveForm(multipart, body, options, (file) => {
        demandColumns(file, columns);
        return keepVersion(caller, change, file, { datakitId: id, version, made });
      });
    },
    lineage: (tenantId, id) =>
      db.tenant(tenantId, async (tx) => {
        await foundIn(tx, id);
        return lineageOf(tx, id, deps.findModels);
      }),
  };
};
