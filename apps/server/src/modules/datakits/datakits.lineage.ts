import type { Lineage, LineageNode } from '@quadrax/contract';
import type { Tx } from '#platform/db';
import { lineageLinks, lineageRows, mostLinks } from './datakits.versions.store.ts';
import type { LineageLink, LineageSeeds, VersionName } from './datakits.versions.store.ts';

export type { VersionName } from './datakits.versions.store.ts';

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

/** Times that links are followed on over models: predictions of a model that learnt from predictions of another. */
const mostRounds = 10;

const datakitsIn = (id: string, links: readonly LineageLink[]): string[] => [
  ...new Set([id, ...links.flatMap((link) => [link.childId, ...(link.kind === 'datakit' ? [link.id] : [])])]),
];

const edgeOf = (link: LineageLink): { from: string; to: string } => ({
  from: nodeId(link.kind, link.id, link.version),
  to: nodeId('datakit', link.childId, link.childVersion),
});

/** The versions, of datakits and models, that came of any version of a datakit. */
const cameOf = (
  id: string,
  edges: readonly { readonly from: string; readonly to: string }[],
): ReadonlySet<string> => {
  const reached = new Set<string>();
  const isReached = (node: string): boolean => node.startsWith(`datakit:${id}:`) || reached.has(node);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { from, to } of edges) if (isReached(from)) reached.add(to);
  }
  return reached;
};

/**
 * The links around a datakit, followed over models too: forward from those that learnt from it, or from what came of
 * it, to what they predicted, and back from those that predicted to what they had learnt from, and its sources.
 */
async function gather(
  tx: Tx,
  id: string,
  findModels: FindModels,
): Promise<{ links: LineageLink[]; found: TrainedModel[]; isWhole: boolean }> {
  const links = new Map<string, LineageLink>();
  const followed = new Set<string>();
  const unfollowed = (kind: LineageNode['kind'], names: readonly VersionName[]): VersionName[] =>
    names.filter((one) => {
      const node = nodeId(kind, one.id, one.version);
      return !followed.has(node) && followed.add(node);
    });
  let found: TrainedModel[] = [];
  let seeds: LineageSeeds | undefined = { datakitId: id };
  for (let round = 0; seeds && round < mostRounds && links.size <= mostLinks; round++) {
    for (const link of await lineageLinks(tx, seeds)) {
      const { from, to } = edgeOf(link);
      links.set(`${from} ${to}`, link);
    }
    const all = [...links.values()];
    const predicting = all.filter(({ kind }) => kind === 'model');
    found = await findModels(tx, datakitsIn(id, all), predicting);
    const trained = found.flatMap(({ datakit, ...model }) =>
      datakit
        ? [
            {
              from: nodeId('datakit', datakit.id, datakit.version),
              to: nodeId('model', model.id, model.version),
            },
          ]
        : [],
    );
    const came = cameOf(id, [...all.map(edgeOf), ...trained]);
    const models = unfollowed(
      'model',
      found.filter((model) => came.has(nodeId('model', model.id, model.version))),
    );
    const back = unfollowed(
      'datakit',
      found.flatMap(({ id: model, version, datakit }) =>
        datakit && predicting.some((one) => one.id === model && one.version === version) ? [datakit] : [],
      ),
    );
    seeds = models.length + back.length > 0 ? { models, back } : undefined;
  }
  return { links: [...links.values()], found, isWhole: seeds === undefined };
}

/** Everything that a datakit was made of, back to the sources, and that was made of it. */
export const lineageOf = async (tx: Tx, id: string, findModels: FindModels): Promise<Lineage> => {
  const { links, found, isWhole } = await gather(tx, id, findModels);
  const truncated = !isWhole || links.length > mostLinks;
  const shown = links.slice(0, mostLinks);
  const ids = datakitsIn(id, shown);
  const edges = shown.map(edgeOf);
  const predicting = shown.filter(({ kind }) => kind === 'model');
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
