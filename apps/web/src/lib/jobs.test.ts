import type { Job } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { progressed } from './jobs.ts';
import { withProgress } from './running-jobs.ts';

const job: Job = {
  id: 'j1',
  kind: 'model.train',
  status: 'RUNNING',
  progress: 0.4,
  stage: 'fold 2 of 5',
  attempt: 1,
  retryable: false,
  etaSeconds: 30,
  createdAt: '2026-11-21T12:00:00Z',
};

describe('a job that hears events', () => {
  it('moves forward', () => {
    expect(progressed(job, { progress: 0.6, stage: 'fold 3 of 5', etaSeconds: 20 })).toMatchObject({
      progress: 0.6,
      stage: 'fold 3 of 5',
      etaSeconds: 20,
    });
  });
  it('begins to run', () => {
    const queued: Job = { ...job, status: 'QUEUED', progress: 0 };
    expect(progressed(queued, { progress: 0, stage: 'reading' }).status).toBe('RUNNING');
  });
  it('never goes back, and stays ended', () => {
    expect(progressed(job, { progress: 0.3, stage: 'late' })).toBe(job);
    const done: Job = { ...job, status: 'SUCCEEDED', progress: 1 };
    expect(progressed(done, { progress: 1, stage: 'late' })).toBe(done);
  });
  it('drops a time left that no longer holds', () => {
    expect(progressed(job, { progress: 0.5, stage: 'fold 3 of 5' }).etaSeconds).toBeUndefined();
  });
});

describe('the list of running jobs', () => {
  it('takes up the progress of one of its jobs', () => {
    const event = { id: 'j1', kind: 'model.train', progress: 0.5, stage: 'fold 3 of 5' };
    expect(withProgress([job], event)?.[0]?.progress).toBe(0.5);
  });
  it('says that it must be read again when a job is new to it', () => {
    expect(withProgress([job], { id: 'j2', kind: 'model.train', progress: 0, stage: '' })).toBeUndefined();
  });
});
