import type { Candidate, ModelVersion } from '@quadrax/contract';
import { useState } from 'react';
import { formatDuration, formatInteger, formatPercent } from '#lib/format.ts';
import { algorithmLabel, formatMetric, metricLabel } from '#lib/words.ts';
import { type DataColumn, DataTable } from '#ui/data-table.tsx';
import { Section } from '#ui/section.tsx';
import type { SortState } from '#ui/sort-state.ts';
import { sortCandidates } from './candidates.ts';
import { byMember, formatSpread, parameterLabel, parameterText } from './metrics.ts';
import styles from './model-page.module.css';

/** Every candidate of a version's search, with its parameters on demand, and what an ensemble is made of. */
export function LeaderboardTable({ version }: { version: ModelVersion }) {
  const [sort, setSort] = useState<SortState>();
  const { leaderboard, members } = version;
  const metric = leaderboard[0]?.metric ?? '';
  const rows = sorted(sortCandidates(leaderboard), sort).map((candidate, i) => ({
    ...candidate,
    key: String(i),
  }));
  return (
    <>
      {members && (
        <Section title="What the ensemble averages">
          <DataTable
            label="Members of the ensemble"
            columns={memberColumns}
            rows={members}
            rowKey={parametersKey}
          />
        </Section>
      )}
      {leaderboard.length > 1 && (
        <Section title="Every candidate">
          <DataTable
            label="Candidates"
            columns={candidateColumns(metric)}
            rows={rows}
            rowKey={({ key }) => key}
            isChosen={({ chosen }) => chosen}
            sort={sort}
            onSort={setSort}
          />
        </Section>
      )}
    </>
  );
}

type Member = NonNullable<ModelVersion['members']>[number];
type Row = Candidate & { key: string };

const parametersKey = ({ algorithm, parameters }: Member): string => algorithm + JSON.stringify(parameters);

const values: Record<string, (candidate: Candidate) => number | string> = {
  algorithm: ({ algorithm }) => algorithmLabel(algorithm),
  score: ({ score }) => score,
  rows: ({ rung }) => rung?.rows ?? 0,
  time: ({ elapsedMs }) => elapsedMs ?? 0,
};

function sorted(candidates: readonly Candidate[], sort: SortState | undefined): readonly Candidate[] {
  const value = sort && values[sort.key];
  if (!sort || !value) return candidates;
  const sign = sort.descending ? -1 : 1;
  return candidates.toSorted((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
}

const memberColumns: readonly DataColumn<Member>[] = [
  { key: 'algorithm', header: 'Algorithm', render: ({ algorithm }) => algorithmLabel(algorithm) },
  { key: 'share', header: 'Share', align: 'right', width: 100, render: ({ share }) => formatPercent(share) },
  {
    key: 'parameters',
    header: 'Parameters',
    grow: true,
    render: ({ parameters }) => <ParametersOnDemand parameters={parameters} />,
  },
];

const candidateColumns = (metric: string): readonly DataColumn<Row>[] => [
  {
    key: 'algorithm',
    sorts: 'ascending',
    header: 'Algorithm',
    width: 190,
    render: ({ algorithm }) => algorithmLabel(algorithm),
  },
  {
    key: 'score',
    sorts: 'descending',
    header: metricLabel(metric),
    align: 'right',
    width: 170,
    render: ({ score, std }) => `${formatMetric(metric, score)} ${formatSpread(metric, std)}`,
  },
  {
    key: 'rows',
    sorts: 'descending',
    header: 'Rows learnt from',
    align: 'right',
    width: 150,
    secondary: true,
    render: ({ rung }) => (rung ? formatInteger(rung.rows) : '–'),
  },
  {
    key: 'time',
    sorts: 'descending',
    header: 'Time',
    align: 'right',
    width: 110,
    secondary: true,
    render: ({ elapsedMs }) => (elapsedMs === undefined ? '–' : formatDuration(elapsedMs / 1000)),
  },
  {
    key: 'parameters',
    header: 'Parameters',
    grow: true,
    render: ({ parameters }) => <ParametersOnDemand parameters={parameters} />,
  },
];

function ParametersOnDemand({ parameters }: { parameters: Candidate['parameters'] }) {
  const entries = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .toSorted(([a], [b]) => byMember(a, b));
  if (entries.length === 0) return <span className={styles.quiet}>None</span>;
  return (
    <details>
      <summary>Show</summary>
      <dl className={styles.facts}>
        {entries.map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <dt>{parameterLabel(name)}</dt>
            <dd className="mono">{parameterText(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
