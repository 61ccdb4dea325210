import type { Monitoring } from '@quadrax/contract';
import { formatInteger, formatNumber, formatPercent, MISSING } from '#lib/format.ts';
import { verdictMark } from './drift-words.ts';

/** What a version did in a span of time, as far as two of them are put side by side. */
export type Served = Pick<Monitoring, 'requests' | 'errors' | 'latency' | 'prediction'>;

const refusedShare = ({ requests, errors }: Served): number => (requests === 0 ? 0 : errors / requests);

const milliseconds = (value: number | undefined): string =>
  value === undefined ? MISSING : `${formatNumber(value, 3)} ms`;

/** A figure of two versions, in words. */
export interface TrialRow {
  readonly name: string;
  readonly served: string;
  readonly tried: string;
}

const figures: readonly (readonly [name: string, of: (record: Served) => string])[] = [
  ['Requests', ({ requests }) => formatInteger(requests)],
  ['Refused', (record) => (record.requests === 0 ? MISSING : formatPercent(refusedShare(record)))],
  ['Median time', ({ latency }) => milliseconds(latency?.p50)],
  ['99 % within', ({ latency }) => milliseconds(latency?.p99)],
  [
    'Prediction drift',
    ({ prediction, requests }) =>
      requests === 0 || prediction === undefined ? MISSING : verdictMark(prediction).label,
  ],
];

/** The version that serves and the one on trial, figure by figure. */
export const trialRows = (served: Served, tried: Served): TrialRow[] =>
  figures.map(([name, of]) => ({ name, served: of(served), tried: of(tried) }));

/** With fewer requests, one that is refused by chance looks like a fault. */
const fewest = 20;
/** A share of refusals that is higher by this much is one to look at, and so is a time that is so many times longer. */
const moreRefused = 0.01;
const slower = 1.5;

/** What speaks against promoting a version on trial, in sentences; none where nothing does. */
export function trialDoubts(served: Served, tried: Served, version: number): string[] {
  if (tried.requests === 0) return [`Version ${version} has answered no request yet.`];
  if (tried.requests < fewest)
    return [
      `Version ${version} has answered ${formatInteger(tried.requests)} ${tried.requests === 1 ? 'request' : 'requests'} only.`,
    ];
  const [before, now] = [refusedShare(served), refusedShare(tried)];
  const [fast, slow] = [served.latency?.p99, tried.latency?.p99];
  return [
    ...(now > before + moreRefused
      ? [`It refused ${formatPercent(now)} of its requests, the one in service ${formatPercent(before)}.`]
      : []),
    ...(fast !== undefined && slow !== undefined && slow > fast * slower
      ? [`99 % of its answers took up to ${milliseconds(slow)}, those in service ${milliseconds(fast)}.`]
      : []),
  ];
}
