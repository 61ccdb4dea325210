import { describe, expect, it } from 'vitest';
import { placeNodes } from './lineage-layout.ts';

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
    const placed = placeNodes({
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
});
