import type { Datakit, Job } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { attentionOf } from './overview-queries.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const datakit: Datakit = {
  id: 'd1',
  name: 'plate 14',
  description: '',
  status: 'FAILED',
  format: 'csv',
  fileName: 'plate.csv',
  rows: null,
  columns: [],
  sizeBytes: 1,
  sha256: '',
  version: 1,
  error: 'Line 12 has 11 fields.',
  createdAt: '2026-11-21T10:00:00Z',
  updatedAt: '2026-11-21T10:00:00Z',
};
const job = (id: string, status: Job['status'], subject: string, createdAt: string): Job => ({
  id,
  kind: 'model.train',
  status,
  progress: 0,
  stage: '',
  attempt: 1,
  retryable: status === 'FAILED',
  subject: { type: 'model', id: subject },
  error: { code: 'UNTRAINABLE', message: 'The target is constant.' },
  createdAt,
});
const none = { datakits: [], models: [], failed: [], done: [] };

describe('what needs attention', () => {
  it('is what failed, the latest first, with its reason', () => {
    const failed = [job('j1', 'FAILED', 'm1', '2026-11-21T11:00:00Z')];
    const items = attentionOf({ ...none, datakits: [datakit], failed }, now);
    expect(items.map(({ to }) => to.id)).toEqual(['j1', 'd1']);
    expect(items[1]).toMatchObject({
      sentence: 'plate 14 could not be read',
      reason: 'Line 12 has 11 fields.',
    });
  });
  it('tells a datakit that failed once, not again by its job', () => {
    const failed = [job('j1', 'FAILED', 'd1', '2026-11-21T10:00:00Z')];
    expect(attentionOf({ ...none, datakits: [datakit], failed }, now)).toHaveLength(1);
  });
  it('leaves out what was made good since, and what is more than a week past', () => {
    const failed = [
      job('j1', 'FAILED', 'm1', '2026-11-21T09:00:00Z'),
      job('j2', 'FAILED', 'm2', '2026-11-01T09:00:00Z'),
    ];
    const done = [job('j3', 'SUCCEEDED', 'm1', '2026-11-21T10:00:00Z')];
    expect(attentionOf({ ...none, failed, done }, now)).toEqual([]);
  });
});
