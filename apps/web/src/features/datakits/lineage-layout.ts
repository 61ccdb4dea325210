import type { Lineage } from '@quadrax/contract';

export interface Placed {
  readonly id: string;
  /** Its step from the sources. */
  readonly layer: number;
  /** Its place within the layer. */
  readonly row: number;
}

export interface Layout {
  readonly nodes: ReadonlyMap<string, Placed>;
  /** Where lines pass the layers between their ends, by `edgeKey`: no node stands there. */
  readonly bends: ReadonlyMap<string, readonly Placed[]>;
}

type Edge = Lineage['edges'][number];

export const edgeKey = ({ from, to }: Pick<Edge, 'from' | 'to'>): string => `${from} ${to}`;

/** Every node one layer after the last of what it was made of, and a source just before the first of what was made of it. */
function layersOf(nodes: readonly { readonly id: string }[], edges: readonly Edge[]): Map<string, number> {
  const layers = new Map<string, number>();
  const layerOf = (id: string, seen: ReadonlySet<string>): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (seen.has(id)) return 0;
    const above = edges.filter(({ to }) => to === id);
    const layer = Math.max(0, ...above.map(({ from }) => layerOf(from, new Set([...seen, id])) + 1));
    layers.set(id, layer);
    return layer;
  };
  for (const { id } of nodes) layerOf(id, new Set());
  for (const { id } of nodes) {
    if (edges.some(({ to }) => to === id)) continue;
    const below = edges.filter(({ from }) => from === id).map(({ to }) => layers.get(to) ?? 0);
    if (below.length > 0) layers.set(id, Math.max(0, Math.min(...below) - 1));
  }
  return layers;
}

/**
 * Places nodes in layers, and makes room in the layers that a line passes; within a layer, beside the mean of what
 * comes before (Sugiyama's barycentre), so that few lines cross.
 */
export function placeNodes({ nodes, edges }: Pick<Lineage, 'nodes' | 'edges'>): Layout {
  const layers = layersOf(nodes, edges);
  const members = nodes.map(({ id, createdAt }) => ({ id, createdAt, layer: layers.get(id) ?? 0 }));
  const before = new Map<string, string[]>();
  const comes = (from: string, to: string): void => void before.set(to, [...(before.get(to) ?? []), from]);
  const passing = new Map<string, string[]>();
  for (const edge of edges) {
    const [first, last] = [layers.get(edge.from) ?? 0, layers.get(edge.to) ?? 0];
    const places = Array.from({ length: Math.max(0, last - first - 1) }, (_, i) => ({
      id: `${edgeKey(edge)} ${i}`,
      createdAt: '',
      layer: first + 1 + i,
    }));
    members.push(...places);
    const path = [edge.from, ...places.map(({ id }) => id), edge.to];
    for (const [i, id] of path.slice(1).entries()) comes(path[i] ?? '', id);
    passing.set(
      edgeKey(edge),
      places.map(({ id }) => id),
    );
  }
  const placed = new Map<string, Placed>();
  const mean = (id: string): number => {
    const rows = (before.get(id) ?? []).map((one) => placed.get(one)?.row ?? 0);
    return rows.reduce((sum, row) => sum + row, 0) / Math.max(1, rows.length);
  };
  for (let layer = 0; layer <= Math.max(0, ...layers.values()); layer++) {
    const inside = members
      .filter((one) => one.layer === layer)
      // Of what comes from the same place, nodes stand before lines that only pass.
      .toSorted(
        (a, b) =>
          mean(a.id) - mean(b.id) ||
          Number(a.createdAt === '') - Number(b.createdAt === '') ||
          a.createdAt.localeCompare(b.createdAt),
      );
    for (const [row, { id }] of inside.entries()) placed.set(id, { id, layer, row });
  }
  const placeOf = (id: string): Placed[] => {
    const place = placed.get(id);
    return place ? [place] : [];
  };
  return {
    nodes: new Map(nodes.flatMap(({ id }) => placeOf(id).map((place) => [id, place] as const))),
    bends: new Map([...passing].map(([key, ids]) => [key, ids.flatMap(placeOf)])),
  };
}
