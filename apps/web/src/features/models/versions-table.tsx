import { mostCompared } from '@quadrax/contract/words';
import type { Model, ModelVersionSummary } from '@quadrax/contract';
import { Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { algorithmLabel, formatMetric, metricLabel } from '#lib/words.ts';
import { type DataColumn, DataTable } from '#ui/data-table.tsx';
import { Moment } from '#ui/moment.tsx';
import { Section } from '#ui/section.tsx';
import { CompareButton } from './compare-button.tsx';
import { headlines } from './metrics.ts';

/** Rows beyond which the table gets a frame that draws only those in sight. */
const FRAMED = 20;

/** The versions of a model, of which some can be put side by side. */
export function VersionsTable({
  model,
  versions,
}: {
  model: Model;
  versions: readonly ModelVersionSummary[];
}) {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const choose = (version: number): void => {
    const next = new Set(chosen);
    if (!next.delete(version)) next.add(version);
    setChosen(next);
  };
  const full = chosen.size >= mostCompared;
  const choice: DataColumn<ModelVersionSummary> = {
    key: 'choice',
    header: <span className="visually-hidden">Compare</span>,
    width: 24,
    render: ({ version }) => (
      <Checkbox
        size="xs"
        aria-label={`Compare version ${version}`}
        checked={chosen.has(version)}
        disabled={full && !chosen.has(version)}
        onChange={() => choose(version)}
      />
    ),
  };
  return (
    <Section
      title="Versions"
      aside={<CompareButton items={[...chosen].map((version) => ({ modelId: model.id, version }))} />}
    >
      <DataTable
        label="Versions"
        columns={[choice, ...columnsOf(model)]}
        rows={versions}
        rowKey={({ version }) => String(version)}
        isChosen={({ version }) => chosen.has(version)}
        {...(versions.length > FRAMED && { height: 480 })}
      />
    </Section>
  );
}

const columnsOf = (model: Model): readonly DataColumn<ModelVersionSummary>[] => [
  {
    key: 'version',
    header: 'Version',
    grow: true,
    render: ({ version }) => (
      <Link to="/models/$id" params={{ id: model.id }} search={{ version }}>
        Version {version}
      </Link>
    ),
  },
  {
    key: 'algorithm',
    header: 'Algorithm',
    width: 180,
    secondary: true,
    render: ({ algorithm }) => algorithmLabel(algorithm),
  },
  {
    key: 'metric',
    header: 'Score',
    align: 'right',
    width: 170,
    render: ({ metrics }) => {
      const [metric] = headlines(metrics);
      return metric ? `${metricLabel(metric.name)} ${formatMetric(metric.name, metric.value)}` : '–';
    },
  },
  {
    key: 'trainedAt',
    header: 'Trained',
    align: 'right',
    width: 130,
    secondary: true,
    render: ({ trainedAt }) => <Moment at={trainedAt} />,
  },
];
