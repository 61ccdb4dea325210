import type { Lineage, LineageNode } from '@quadrax/contract';
import type { Tx } from '#platform/db';
import { lineageLinks, lineageRows, mostLinks } from './datakits.versions.store.ts';

/** One version of something. */
export interface VersionName {
  readonly id: string;
  readonly version: number;
}

/** A model version and the data it was trained on. */
export interface TrainedModel {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  /** What it was trained on; absent of an imported one. */
  readonly datakit?: VersionName;
  readonly deployed: boolean;
  readonly deleted: boolean;
  readonly trainedAt: Date;
}

const nodeId = (kind: LineageNode['kind'], id: string, version: number): string => `${kind}:${id}:${version}`;

/** The model versions that were trained on any version of some datakits, and those that are named. */
export type FindModels = (
  tx: Tx,
  datakitIds: readonly string[],
  named: readonly VersionName[],
) => Promise<TrainedModel[]>;

/** Everything that a datakit was made of, back to the sources, and that was made of it. */
export const lineageOf = async (tx: Tx, id: string, findModels: FindModels): Promise<Lineage> => {
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
  const predicting = shown.filter(({ kind }) => kind === 'model');
  const found = await findModels(tx, ids, predicting);
  const named = new Set([
    ...edges.flatMap(({ from, to }) => [from, to]),
    // What a model that predicted was trained on is a source too.
    ...found.flatMap(({ id: model, version, datakit }) =>
      datakit && predicting.some((one) => one.id === model && one.version === version)
        ? [nodeId('datakit', datakit.id, datakit.version)]
        : [],
    ),
  ]);
  const trainedOn = found.flatMap(({ datakit }) => (datakit ? [datakit.id] : []));
  const rows = (await lineageRows(tx, [...new Set([...ids, ...trainedOn])])).filter(
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
  const models = found.filter(
    (model) =>
      named.has(nodeId('model', model.id, model.version)) ||
      (model.datakit && nodes.has(nodeId('datakit', model.datakit.id, model.datakit.version))),
  );
  for (const { datakit: _datakit, trainedAt, id: resourceId, ...model } of models) {
    const node = nodeId('model', resourceId, model.version);
    nodes.set(node, { ...model, id: node, kind: 'model', resourceId, createdAt: trainedAt.toISOString() });
  }
  return {
    nodes: [...nodes.values()],
    edges: [
      ...edges
        .filter(({ from, to }) => nodes.has(from) && nodes.has(to))
        .map((edge) => ({ ...edge, how: nodes.get(edge.to)?.made ?? 'transformed' })),
      ...models.flatMap(({ id: model, version, datakit }) => {
        const from = datakit && nodeId('datakit', datakit.id, datakit.version);
        return from !== undefined && nodes.has(from)
          ? [{ from, to: nodeId('model', model, version), how: 'trained' }]
          : [];
      }),
    ],
    truncated,
  };
};
