import type { TestProject } from 'vitest/node';
import { startCluster } from './cluster.ts';
import type { TestCluster } from './cluster.ts';

interface Shared {
  cluster: Promise<TestCluster>;
  users: number;
}

/** Every project of a run that needs a database shares one server; the last to end stops it. */
const key = Symbol.for('quadrax.testkit.cluster');
const shelf = globalThis as { [key]?: Shared };

/** Vitest's global setup: a PostgreSQL server for the run, known to the tests by `inject('databaseServer')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (shelf[key] ??= { cluster: startCluster(), users: 0 });
  shared.users++;
  const cluster = await shared.cluster;
  project.provide('databaseServer', cluster.ownerUrl);
  return async () => {
    if (--shared.users > 0) return;
    delete shelf[key];
    await cluster.stop();
  };
}
