import type { Lineage } from '@quadrax/contract';

export interface Placed {
  readonly id: string;
  /** Its step from the sources. */
  readonly layer: number;
  /** Its place within the layer. */
  readonly row: number;
}

/**
 * Places every node one layer after the last of what it was made of; within a layer, beside the mean of its parents
 * (Sugiyama's barycentre), so that few lines cross.
 */
export function placeNodes({ nodes, edges }: Pick<Lineage, 'nodes' | 'edges'>): Map<string, Placed> {
  const parents = new Map<string, string[]>();
  for (const { from, to } of edges) parents.set(to, [...(parents.get(to) ?? []), from]);
  const layers = new Map<string, number>();
  const layerOf = (id: string, seen: ReadonlySet<string>): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    if (seen.has(id)) return 0;
    const above = (parents.get(id) ?? []).map((parent) => layerOf(parent, new Set([...seen, id])) + 1);
    const layer = Math.max(0, ...above);
    layers.set(id, layer);
    return layer;
  };
  for (const { id } of nodes) layerOf(id, new Set());
  const placed = new Map<string, Placed>();
  const last = Math.max(0, ...layers.values());
  for (let layer = 0; layer <= last; layer++) {
    const mean = (id: string): number => {
      const rows = (parents.get(id) ?? []).map((parent) => placed.get(parent)?.row ?? 0);
      return rows.reduce((sum, row) => sum + row, 0) / Math.max(1, rows.length);
    };
    const members = nodes
      .filter(({ id }) => layers.get(id) === layer)
      .toSorted((a, b) => mean(a.id) - mean(b.id) || a.createdAt.localeCompare(b.createdAt));
    for (const [row, { id }] of members.entries()) placed.set(id, { id, layer, row });
  }
  return placed;
}
