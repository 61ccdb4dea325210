import { createDatabase, replicaDrill } from '@quadrax/testkit';
import type { ReplicaFigures, TestDatabase } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Rounds of it under more load are scripts/drills/replicas.ts, by the same code. */
describe.each(['kill', 'restart'] as const)(
  'three replicas under load, ended one after the other (%s)',
  (ending) => {
    let database: TestDatabase;
    let figures: ReplicaFigures;
    beforeAll(async () => {
      database = await createDatabase();
      figures = await replicaDrill({ database, ending, rounds: 1, paceMs: 100 });
    }, 240_000);
    afterAll(() => database.drop());

    it('lose no write that was acknowledged and make none twice', () => {
      expect(figures.acknowledged).toBeGreaterThan(10);
      expect(figures.lost).toBe(0);
      expect(figures.duplicates).toBe(0);
    });

    it('end every job exactly once', () => {
      expect(figures.jobs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
      expect(figures.versions).toEqual([1, 1, 1]);
    });

    it('see to the ticks of a schedule, each once', () => {
      expect(figures.ticks.seen).toBeGreaterThan(5);
      expect(figures.ticks.failed).toBe(0);
    });

    it.runIf(ending === 'restart')('let clients see nothing of it when they are told to stop', () => {
      expect(figures.failures).toEqual({});
      expect(figures.exitCodes).toEqual([0, 0, 0]);
    });
  },
);
