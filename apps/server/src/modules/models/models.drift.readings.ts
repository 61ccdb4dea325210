import type { Database } from '#platform/db';
import type { Reading } from '#platform/telemetry';
import { driftsOf } from './models.drift.ts';
import { findTallies, listServedVersions } from './models.traffic.store.ts';
import type { ServedVersion } from './models.traffic.store.ts';

const day = 86_400_000;
/** Of so many versions the metrics tell, the busiest, and of each so many features, the most drifted. */
const mostVersions = 100;
const mostFeatures = 20;
/*
 * Whoever reaches the server may read the metrics. So they tell models by their ids and features by their places: names
 * of columns are the workspace's own.
 */

/** One reading of the metrics computes for no longer than this; what is left over tells its last figures until the next. */
const patienceMs = 250;

const help = {
  model_drift_psi:
    'Population stability index of what a deployed version predicted in the last day: of the prediction, and of the most drifted feature.',
  model_feature_drift_psi:
    'The same of its most drifted features, by their places in the list of the version, from 1.',
} as const;

const sumOf = (lists: readonly (readonly number[])[]): number[] => {
  const sum: number[] = [];
  for (const list of lists) for (const [i, count] of list.entries()) sum[i] = (sum[i] ?? 0) + count;
  return sum;
};

const keyOf = ({ tenantId, modelId, alias, version }: ServedVersion): string =>
  `${tenantId}/${modelId}/${version}/${alias}`;

/** What was told of a version, as of when, and what it had predicted then. */
interface Known {
  readonly state: string;
  readonly at: number;
  readonly readings: readonly Reading[];
}

/**
 * The drift of every deployed version, over all processes, as of what the database has been told. A version is looked at
 * anew only where rows have come since, or gone out of the day.
 */
export const createDriftReadings = ({ db }: { readonly db: Database }): (() => Promise<Reading[]>) => {
  let known = new Map<string, Known>();
  let reading: Promise<Reading[]> | undefined;

  const readingsOf = async (served: ServedVersion, since: Date): Promise<Reading[]> => {
    const found = await db.system((tx) => findTallies(tx, served, since));
    if (!found) return [];
    const { prediction, features } = driftsOf(found.reference, found.target, sumOf(found.tallies));
    const labels = { model: served.modelId, version: String(served.version), alias: served.alias };
    const told = (name: keyof typeof help, value: number, more: Record<string, string>): Reading => ({
      name,
      help: help[name],
      labels: { ...labels, ...more },
      value,
    });
    const drifted = features
      .flatMap(({ name, psi }) => (psi === undefined ? [] : [{ psi, place: found.places.indexOf(name) + 1 }]))
      .toSorted((a, b) => b.psi - a.psi)
      .slice(0, mostFeatures);
    const [most] = drifted;
    return [
      ...(prediction.psi === undefined
        ? []
        : [told('model_drift_psi', prediction.psi, { of: 'prediction' })]),
      ...(most ? [told('model_drift_psi', most.psi, { of: 'feature' })] : []),
      ...drifted.map(({ psi, place }) => told('model_feature_drift_psi', psi, { feature: String(place) })),
    ];
  };

  const read = async (): Promise<Reading[]> => {
    const since = new Date(Date.now() - day);
    const served = await db.system((tx) => listServedVersions(tx, since, mostVersions));
    const before = known;
    known = new Map();
    const started = performance.now();
    // Those that have waited longest come first, so that busy ones do not keep others from being looked at.
    const lookedAt = (one: ServedVersion): number => before.get(keyOf(one))?.at ?? 0;
    for (const one of served.toSorted((a, b) => lookedAt(a) - lookedAt(b))) {
      const key = keyOf(one);
      const last = before.get(key);
      if (last?.state === one.state) known.set(key, last);
      else if (performance.now() - started <= patienceMs)
        known.set(key, { state: one.state, at: Date.now(), readings: await readingsOf(one, since) });
      else if (last) known.set(key, last);
    }
    return [...known.values()].flatMap(({ readings }) => readings);
  };

  return () => {
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  };
};
