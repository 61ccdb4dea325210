import type { Drift, Monitoring, Query, monitoring as routes } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { invalid, notFound } from '#platform/errors';
import type { Reference } from '@quadrax/ml/tabular';
import { driftsOf } from './models.drift.ts';
import { findGathered, referenceRows } from './models.gathered.store.ts';
import type { Gathered } from './models.gathered.store.ts';

import { latencyOf } from './models.latency.ts';
import { findModel, findModelVersion } from './models.store.ts';
import { listTraffic } from './models.traffic.store.ts';
import type { TrafficRow } from './models.traffic.store.ts';

export interface MonitoringService {
  /** @throws AppError NOT_FOUND, VALIDATION_FAILED */
  read(tenantId: string, modelId: string, query: Query<typeof routes.monitoring>): Promise<Monitoring>;
}

const hour = 3_600_000;
const day = 24 * hour;
const usualDays = 7;
const mostDays = 92;

/** The whole hours that a span touches. @throws AppError VALIDATION_FAILED */
const earliest = Date.UTC(2000, 0, 1);

const spanOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => {
  // Nothing was counted before, and nothing is after.
  const counted = (at: number): number => Math.min(Math.max(at, earliest), Date.now() + day);
  const end = to === undefined ? Date.now() : counted(Date.parse(to));
  const begin = from === undefined ? end - usualDays * day : counted(Date.parse(from));
  if (begin >= end) throw invalid('from', 'The end must be after the beginning.');
  if (end - begin > mostDays * day) throw invalid('from', `Ask for ${mostDays} days at most.`);
  return { from: new Date(Math.floor(begin / hour) * hour), to: new Date(Math.ceil(end / hour) * hour) };
};

const sumOf = (lists: readonly (readonly number[])[]): number[] => {
  const sum: number[] = [];
  for (const list of lists) for (const [i, count] of list.entries()) sum[i] = (sum[i] ?? 0) + count;
  return sum;
};

const trafficOf = (hours: readonly TrafficRow[]) => {
  const total = (field: 'requests' | 'errors' | 'rows'): number =>
    hours.reduce((sum, one) => sum + one[field], 0);
  const latency = latencyOf(sumOf(hours.map((one) => one.latency)));
  return {
    requests: total('requests'),
    errors: total('errors'),
    rows: total('rows'),
    ...(latency && { latency }),
  };
};

/** Spans of so many days are told hour by hour, longer ones day by day. */
const daysByHour = 2;
/** Of so many features it is told how they drifted over time. */
const mostFollowed = 20;

interface Learnt {
  readonly reference: Reference;
  readonly target: string;
}

const mostDrifted = (features: readonly Drift[]): Drift[] =>
  features.toSorted((a, b) => (b.psi ?? -1) - (a.psi ?? -1));

const driftSeriesOf = (
  { reference, target }: Learnt,
  hours: readonly TrafficRow[],
  followed: ReadonlySet<string>,
  each: number,
): Monitoring['driftSeries'] => {
  const parts = Map.groupBy(hours, (one) => Math.floor(one.hour.getTime() / (each * hour)));
  return [...parts].flatMap(([part, within]) => {
    const rows = within.reduce((sum, one) => sum + one.rows, 0);
    if (rows === 0) return [];
    const tally = sumOf(within.map((one) => one.tally));
    const { prediction, features } = driftsOf(reference, target, tally);
    return {
      at: new Date(part * each * hour).toISOString(),
      hours: each,
      rows,
      ...(prediction.psi !== undefined && { prediction: prediction.psi }),
      features: features.flatMap(({ name, psi }) =>
        psi !== undefined && followed.has(name) ? [{ name, psi }] : [],
      ),
    };
  });
};

/** How far what was predicted in these hours is from what the version is compared with, as a whole and over time. */
const driftOver = (learnt: Learnt, hours: readonly TrafficRow[], spanMs: number) => {
  const { reference, target } = learnt;
  const { prediction, features } = driftsOf(reference, target, sumOf(hours.map(({ tally }) => tally)));
  const ranked = mostDrifted(features);
  const followed = new Set(ranked.slice(0, mostFollowed).map(({ name }) => name));
  const each = spanMs > daysByHour * day ? 24 : 1;
  return {
    compared: true,
    reference: { source: reference.source ?? ('training' as const), rows: reference.rows },
    prediction,
    features: ranked,
    driftSeries: driftSeriesOf(learnt, hours, followed, each),
  };
};

/** @param gathered of an imported version, how far its reference is */
const uncompared = (gathered: Gathered | undefined) => ({
  compared: false,
  ...(gathered
    ? { uncompared: 'gathering' as const, gathering: { rows: gathered.rows, needed: referenceRows } }
    : { uncompared: 'trained_before' as const }),
  features: [],
  driftSeries: [],
});

export interface MonitoringDeps {
  readonly db: Database;
  /** For so many days counts are kept. */
  readonly trafficRetentionDays: number;
}

/** The first hour of which everything is kept: what may be there of earlier ones is told nobody. */
const keptSince = (days: number): Date => new Date(Math.floor((Date.now() - days * day) / hour) * hour);

export const createMonitoringService = ({ db, trafficRetentionDays }: MonitoringDeps): MonitoringService => ({
  read: (tenantId, modelId, query) =>
    db.tenant(tenantId, async (tx) => {
      const span = spanOf(query);
      const record = await findModel(tx, modelId);
      if (!record) throw notFound('model');
      const version = query.version ?? record.deployedVersion ?? record.model.latestVersion;
      const row = version === null ? undefined : await findModelVersion(tx, modelId, version);
      if (!row) throw notFound('version');
      const keptFrom = keptSince(trafficRetentionDays);
      const isCut = span.from < keptFrom;
      const from = isCut ? keptFrom : span.from;
      const hours = await listTraffic(tx, { modelId, version: row.version, from, to: span.to });
      const { target, report } = row;
      const gathered = report.onnx ? await findGathered(tx, { modelId, version: row.version }) : undefined;
      const reference = row.reference ?? gathered?.reference;
      const compared = reference
        ? driftOver({ reference, target }, hours, span.to.getTime() - span.from.getTime())
        : uncompared(gathered);
      return {
        ...trafficOf(hours),
        version: row.version,
        from: span.from.toISOString(),
        to: span.to.toISOString(),
        ...(isCut && { keptFrom: keptFrom.toISOString() }),
        series: hours.map((one) => ({ at: one.hour.toISOString(), ...trafficOf([one]) })),
        ...compared,
      };
    }),
});
