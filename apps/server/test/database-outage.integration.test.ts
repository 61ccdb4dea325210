import { outage } from '@quadrax/testkit';
import type { OutageFigures } from '@quadrax/testkit';
import { beforeAll, describe, expect, it } from 'vitest';

/** Half a minute of it is scripts/drills/database-outage.ts, by the same code. */
const seconds = 4;

/** What is answered without the database: health by its own form, and what is in the program or its memory. */
const without: Readonly<Record<string, readonly number[]>> = {
  '/healthz': [200],
  '/openapi.json': [200],
  '/metrics': [200],
  '/docs': [200],
  '/readyz': [503],
  '/health': [503],
  'operations.health': [503],
  // Not configured here.
  'identity.openIdConnect': [503],
  'identity.openIdConnectReturn': [503],
};

/** Answered from memory, as usual, where the session is known there; one that is not must be looked up. */
const fromMemory = new Set([
  'identity.methods',
  'identity.passwordStrength',
  'datakits.samples',
  'operations.ticket',
  'account.me',
  'account.memberships',
  'models.predict',
  'inference.server',
  'inference.live',
]);

describe.each(['fast', 'immediate', 'frozen'] as const)(
  'a database that is away for a while (%s)',
  (manner) => {
    let figures: OutageFigures;
    beforeAll(async () => {
      figures = await outage({ manner, seconds });
    }, 180_000);

    it('leaves every request that needs it with 503, a code and a time to come back, at once', () => {
      for (const answer of figures.answers) {
        const expected = without[answer.route];
        if (expected) expect(expected, answer.route).toContain(answer.status);
        // Who may not is told so from memory too.
        else if (answer.code !== 'FORBIDDEN' && !(fromMemory.has(answer.route) && answer.status < 500)) {
          // The Open Inference Protocol has words and no codes.
          const code = answer.route.startsWith('inference.') ? undefined : 'UNAVAILABLE';
          expect(answer).toMatchObject({ status: 503, code });
          expect(answer.retryAfter, answer.route).toBeGreaterThan(0);
        }
      }
      expect(figures.answers.length).toBeGreaterThan(50);
      // Within a second, on a machine of its own: that is the drill's to show. Here other tests run beside it.
      expect(figures.slowestMs).toBeLessThan(2500);
    });

    it('is served again within 5 s of its return, by the same process', () => {
      expect(figures.servedAfterMs).toBeLessThan(5000);
      expect(figures.readyAfterMs).toBeLessThan(5000);
      expect(figures.exitCode).toBe(0);
    });

    it('loses no job, and events flow again', () => {
      expect(figures.job).toMatchObject({ status: 'SUCCEEDED' });
      expect(figures.eventAfterMs).toBeLessThan(20_000);
    });

    it('leaves no connection and no fault behind', () => {
      expect(figures.connectionsLeft).toEqual([]);
      expect(figures.complaints).toEqual([]);
    });
  },
);
