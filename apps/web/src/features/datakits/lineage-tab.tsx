import type { Datakit, Lineage, LineageNode } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { formatAgo, formatInteger } from '#lib/format.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Scroller } from '#ui/scroller.tsx';
import { SkeletonRows } from '#ui/skeletons.tsx';
import styles from './datakit-tabs.module.css';
import { useLineage } from './datakit-work.ts';
import { edgeKey, placeNodes, type Placed } from './lineage-layout.ts';
import { madeWords } from './version-words.ts';

const box = { width: 208, height: 56, across: 96, down: 24, margin: 20 } as const;

const leftOf = ({ layer }: Placed): number => box.margin + layer * (box.width + box.across);
const topOf = ({ row }: Placed): number => box.margin + row * (box.height + box.down);

/** Where the datakit comes from and what came of it, from left to right. */
export function LineageTab({ datakit }: { datakit: Datakit }) {
  const { data, error, isPending, refetch } = useLineage(datakit.id);
  if (isPending) return <SkeletonRows rows={4} />;
  if (!data)
    return <ErrorState error={error} title="The lineage could not be read." onRetry={() => void refetch()} />;
  return (
    <>
      <Graph lineage={data} datakit={datakit} />
      {data.truncated && <p className={styles.quiet}>There is more than is shown here.</p>}
      {data.edges.length === 0 && (
        <EmptyState
          title="Nothing has come of it yet"
          sentence="It was brought in from outside. Versions, datakits and models made of it will stand to its right."
        />
      )}
    </>
  );
}

function Graph({ lineage, datakit }: { lineage: Lineage; datakit: Datakit }) {
  const { nodes: placed, bends } = placeNodes(lineage);
  const all = [...placed.values(), ...[...bends.values()].flat()];
  const width = Math.max(...all.map(leftOf)) + box.width + box.margin;
  const height = Math.max(...all.map(topOf)) + box.height + box.margin;
  return (
    <Scroller className={styles.graph} label="Lineage, from the sources at the left">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {lineage.edges.map((edge) => {
          const [start, end] = [placed.get(edge.from), placed.get(edge.to)];
          const key = edgeKey(edge);
          if (!start || !end) return null;
          return <Edge key={key} start={start} bends={bends.get(key) ?? []} end={end} how={edge.how} />;
        })}
        {lineage.nodes.map((node) => {
          const place = placed.get(node.id);
          const here = node.resourceId === datakit.id && node.version === datakit.version;
          return place ? <Node key={node.id} node={node} place={place} here={here} /> : null;
        })}
      </svg>
    </Scroller>
  );
}

/** A line from layer to layer; where it passes one, it goes straight through the room that is left for it. */
function pathOf(start: Placed, bends: readonly Placed[], end: Placed): string {
  const middleOf = (place: Placed): number => topOf(place) + box.height / 2;
  let x = leftOf(start) + box.width;
  let y = middleOf(start);
  let path = `M${x},${y}`;
  for (const next of [...bends, end]) {
    const [to, height] = [leftOf(next), middleOf(next)];
    // Level before its end: what is written there stands above it.
    const level = next === end ? to - box.across / 2 : to;
    const middle = (x + level) / 2;
    path += ` C${middle},${y} ${middle},${height} ${level},${height}`;
    path += ` H${next === end ? to : to + box.width}`;
    [x, y] = [to + box.width, height];
  }
  return path;
}

function Edge(props: { start: Placed; bends: readonly Placed[]; end: Placed; how: string }) {
  const { start, bends, end, how } = props;
  return (
    <g aria-hidden="true">
      <path className={styles.edge} d={pathOf(start, bends, end)} />
      <text className={styles.how} x={leftOf(end) - 8} y={topOf(end) + box.height / 2 - 6} textAnchor="end">
        {how}
      </text>
    </g>
  );
}

const detailOf = (node: LineageNode): string => {
  if (node.deleted) return 'Deleted';
  if (node.kind === 'model') return `Model · version ${node.version}${node.deployed ? ' · deployed' : ''}`;
  const rows = node.rows === null || node.rows === undefined ? '' : ` · ${formatInteger(node.rows)} rows`;
  return `Version ${node.version}${rows}`;
};

function Node({ node, place, here }: { node: LineageNode; place: Placed; here: boolean }) {
  const made = node.made === undefined ? 'Trained' : madeWords[node.made];
  const title = `${node.name}, ${detailOf(node)}. ${made} ${formatAgo(node.createdAt)}`;
  const content = (
    <>
      <title>{title}</title>
      <rect
        x={leftOf(place)}
        y={topOf(place)}
        width={box.width}
        height={box.height}
        rx={4}
        strokeDasharray={node.kind === 'model' ? '5 3' : undefined}
      />
      <foreignObject x={leftOf(place)} y={topOf(place)} width={box.width} height={box.height}>
        <div className={styles.label}>
          <strong>{node.name}</strong>
          <span>{detailOf(node)}</span>
        </div>
      </foreignObject>
    </>
  );
  const look = `${styles.node} ${here ? styles.here : ''}`;
  if (node.deleted) return <g className={look}>{content}</g>;
  return node.kind === 'datakit' ? (
    <Link to="/datakits/$id" params={{ id: node.resourceId }} className={look} aria-label={title}>
      {content}
    </Link>
  ) : (
    <Link
      to="/models/$id"
      params={{ id: node.resourceId }}
      search={{ version: node.version }}
      className={look}
      aria-label={title}
    >
      {content}
    </Link>
  );
}
