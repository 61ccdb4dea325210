import type { Lineage, LineageNode } from '@quadrax/contract';
import type { Tx } from '#platform/db';
import { lineageLinks, lineageRows, mostLinks } from './datakits.versions.store.ts';

/** A model version and the data it was trained on. */
export interface TrainedModel {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly datakitId: string;
  readonly datakitVersion: number;
  readonly deployed: boolean;
  readonly deleted: boolean;
  readonly trainedAt: Date;
}

const nodeId = (kind: LineageNode['kind'], id: string, version: number): string => `${kind}:${id}:${version}`;

/** Everything that a datakit was made of, back to the sources, and that was made of it. */
export const lineageOf = async (
  tx: Tx,
  id: string,
  trainedOn: (tx: Tx, datakitIds: readonly string[]) => Promise<TrainedModel[]>,
): Promise<Lineage> => {
  const links = await lineageLinks(tx, id);
  const truncated = links.length > mostLinks;
  const shown = links.slice(0, mostLinks);
  const ids = [
    ...new Set([
      id,
      ...shown.flatMap((link) => [link.childId, ...(link.kind === 'datakit' ? [link.id] : [])]),
    ]),
  ];
  const edges = shown.map((link) => ({
    from: nodeId(link.kind, link.id, link.version),
    to: nodeId('datakit', link.childId, link.childVersion),
  }));
  const named = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const rows = (await lineageRows(tx, ids)).filter(
    (row) => row.id === id || named.has(nodeId('datakit', row.id, row.version)),
  );
  const nodes = new Map<string, LineageNode>();
  for (const { deleted, createdAt, ...row } of rows) {
    const node = nodeId('datakit', row.id, row.version);
    nodes.set(node, {
      id: node,
      kind: 'datakit',
      resourceId: row.id,
      version: row.version,
      name: row.name,
      made: row.made,
      rows: row.rows,
      deleted,
      createdAt: createdAt.toISOString(),
    });
  }
  const models = (await trainedOn(tx, ids)).filter(({ datakitId, datakitVersion }) =>
    nodes.has(nodeId('datakit', datakitId, datakitVersion)),
  );
  for (const {
    datakitId: _datakit,
    datakitVersion: _version,
    trainedAt,
    id: resourceId,
    ...model
  } of models) {
    const node = nodeId('model', resourceId, model.version);
    nodes.set(node, { ...model, id: node, kind: 'model', resourceId, createdAt: trainedAt.toISOString() });
  }
  return {
    nodes: [...nodes.values()],
    edges: [
      ...edges
        .filter(({ from, to }) => nodes.has(from) && nodes.has(to))
        .map((edge) => ({ ...edge, how: nodes.get(edge.to)?.made ?? 'transformed' })),
      ...models.map(({ id: model, version, datakitId, datakitVersion }) => ({
        from: nodeId('datakit', datakitId, datakitVersion),
        to: nodeId('model', model, version),
        how: 'trained',
      })),
    ],
    truncated,
  };
};
