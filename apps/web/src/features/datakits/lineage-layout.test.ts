import { describe, expect, it } from 'vitest';
import { edgeKey, placeNodes } from './lineage-layout.ts';

const node = (id: string) => ({
  id,
  kind: 'datakit' as const,
  resourceId: id,
  version: 1,
  name: id,
  deleted: false,
  createdAt: `2026-01-01T00:00:0${id.length}Z`,
});

describe('the lineage', () => {
  it('stands each node after everything it was made of', () => {
    const { nodes: placed } = placeNodes({
      nodes: ['source', 'other', 'joined', 'model'].map(node),
      edges: [
        { from: 'source', to: 'joined', how: 'transformed' },
        { from: 'other', to: 'joined', how: 'transformed' },
        { from: 'joined', to: 'model', how: 'trained' },
        { from: 'source', to: 'model', how: 'trained' },
      ],
    });
    expect([...placed.values()].map(({ id, layer }) => `${id} ${layer}`).toSorted()).toEqual([
      'joined 1',
      'model 2',
      'other 0',
      'source 0',
    ]);
    expect(new Set([placed.get('source')?.row, placed.get('other')?.row])).toEqual(new Set([0, 1]));
  });

  it('stands a source just before what was made of it', () => {
    const { nodes } = placeNodes({
      nodes: ['learnt', 'model', 'fresh', 'predicted'].map(node),
      edges: [
        { from: 'learnt', to: 'model', how: 'trained' },
        { from: 'model', to: 'predicted', how: 'predicted' },
        { from: 'fresh', to: 'predicted', how: 'predicted' },
      ],
    });
    expect(['learnt', 'model', 'fresh', 'predicted'].map((id) => nodes.get(id)?.layer)).toEqual([0, 1, 1, 2]);
  });

  it('leads a line past the nodes of the layers between', () => {
    const edge = { from: 'learnt', to: 'predicted', how: 'predicted' };
    const { nodes, bends } = placeNodes({
      nodes: ['learnt', 'model', 'predicted'].map(node),
      edges: [
        { from: 'learnt', to: 'model', how: 'trained' },
        { from: 'model', to: 'predicted', how: 'predicted' },
        edge,
      ],
    });
    const [bend] = bends.get(edgeKey(edge)) ?? [];
    expect(bend).toMatchObject({ layer: 1, row: 1 });
    expect(nodes.get('model')).toMatchObject({ layer: 1, row: 0 });
  });
});
