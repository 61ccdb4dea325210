import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/index.ts';
import { AppError, invalid } from '../errors/index.ts';
import type { Caller } from './call.ts';

/** What was answered the first time. */
export interface KeptReply {
  readonly status: number;
  readonly reply: unknown;
}

export interface Idempotency {
  /** Answers a repetition from what was kept; else does it and keeps the answer. A failure is not kept. */
  once(
    request: KeyedRequest,
    perform: () => Promise<KeptReply>,
  ): Promise<KeptReply & { readonly replayed: boolean }>;
  /** Lets go of what a dead process had begun. */
  release(deadWorker: string): Promise<void>;
}

export interface KeyedRequest {
  readonly key: string;
  readonly caller: Caller;
  readonly route: string;
  readonly body: unknown;
}

const longestWaitMs = 10_000;

interface Row extends Record<string, unknown> {
  readonly route: string;
  readonly body_hash: string;
  readonly status: number | null;
  readonly reply: unknown;
}

export const createIdempotency = (db: Database, worker: string): Idempotency => {
  const reserve = (request: KeyedRequest, hash: string): Promise<Row | undefined> =>
    db.tenant(request.caller.tenantId, async (tx) => {
      const { tenantId, accountId } = request.caller;
      const made = await tx.execute(sql`
        INSERT INTO quadrax.idempotency_keys (tenant_id, account_id, key, route, body_hash, worker)
        VALUES (${tenantId}, ${accountId}, ${request.key}, ${request.route}, ${hash}, ${worker})
        ON CONFLICT (tenant_id, account_id, key) DO UPDATE
          SET route = EXCLUDED.route, body_hash = EXCLUDED.body_hash, worker = EXCLUDED.worker,
              status = NULL, reply = NULL, created_at = now()
          WHERE quadrax.idempotency_keys.created_at < now() - interval '24 hours'
        RETURNING key`);
      if (made.rows.length > 0) return undefined;
      const { rows } = await tx.execute<Row>(sql`
        SELECT route, body_hash, status, reply FROM quadrax.idempotency_keys
        WHERE account_id = ${accountId} AND key = ${request.key}`);
      return rows[0];
    });

  const settle = (request: KeyedRequest, kept: KeptReply | undefined): Promise<unknown> =>
    db.tenant(request.caller.tenantId, (tx) => {
      const { accountId } = request.caller;
      return tx.execute(
        kept
          ? sql`UPDATE quadrax.idempotency_keys SET status = ${kept.status}, reply = ${JSON.stringify(kept.reply)}::jsonb
                WHERE account_id = ${accountId} AND key = ${request.key}`
          : sql`DELETE FROM quadrax.idempotency_keys WHERE account_id = ${accountId} AND key = ${request.key}`,
      );
    });

  const performAndKeep = async (
    request: KeyedRequest,
    perform: () => Promise<KeptReply>,
  ): Promise<KeptReply & { replayed: boolean }> => {
    let kept: KeptReply;
    try {
      kept = await perform();
    } catch (error) {
      await settle(request, undefined);
      throw error;
    }
    await settle(request, kept);
    return { ...kept, replayed: false };
  };

  return {
    once: async (request, perform) => {
      if (request.key.length < 1 || request.key.length > 255)
        throw invalid('Idempotency-Key', 'Use 1 to 255 characters.');
      const hash = createHash('sha256')
        .update(JSON.stringify(request.body ?? null))
        .digest('hex');
      const deadline = performance.now() + longestWaitMs;
      for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 500)) {
        const first = await reserve(request, hash);
        if (!first) return performAndKeep(request, perform);
        if (first.route !== request.route || first.body_hash !== hash)
          throw new AppError('IDEMPOTENCY_MISMATCH');
        if (first.status !== null) return { status: first.status, reply: first.reply, replayed: true };
        if (performance.now() > deadline) throw new AppError('REQUEST_IN_PROGRESS', { retryAfter: 5 });
        await pause(waitMs);
      }
    },
    release: async (deadWorker) => {
      await db.system((tx) =>
        tx.execute(sql`DELETE FROM quadrax.idempotency_keys WHERE worker = ${deadWorker} AND status IS NULL`),
      );
    },
  };
};
