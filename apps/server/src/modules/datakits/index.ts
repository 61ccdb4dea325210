import type { Table } from '@quadrax/ml/tabular';
import type { Tx } from '#platform/db';
import type { ReadTableInput } from './data/columns.ts';
import { createProfileJob } from './datakits.jobs.ts';
import type { ProfileJobDeps } from './datakits.jobs.ts';
import { datakitsRoutes } from './datakits.routes.ts';
import { createSamples } from './datakits.samples.ts';
import { createDatakitsService } from './datakits.service.ts';
import type { DatakitsDeps } from './datakits.service.ts';
import { findDatakit } from './datakits.store.ts';

export type { DatakitTable } from './datakits.service.ts';

/** Data files: taken in, profiled, shown, and read for training. */
export const createDatakitsModule = (deps: Omit<DatakitsDeps, 'samples'>) => {
  const service = createDatakitsService({ ...deps, samples: createSamples() });
  return { routes: datakitsRoutes(service), table: service.table };
};

/** Whether a datakit is there and not deleted, as the transaction sees it. */
export const hasDatakit = async (tx: Tx, id: string): Promise<boolean> =>
  (await findDatakit(tx, id)) !== undefined;

export const createDatakitsJob = (deps: ProfileJobDeps) => createProfileJob(deps);

/** Reads columns of a datakit's table into memory. For compute processes: it loads DuckDB. */
export const readDatakitTable = async (input: ReadTableInput): Promise<Table> => {
  const { readTable } = await import('./data/columns.ts');
  return readTable(input);
};
