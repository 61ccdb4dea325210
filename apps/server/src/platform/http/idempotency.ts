import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../db/index.ts';
import { AppError, invalid } from '../errors/index.ts';
import type { Caller } from './call.ts';

/** What was answered the first time. */
export interface KeptReply {
  readonly status: number;
  readonly reply: unknown;
}

/** Keeps an answer, within the transaction of what it answers for. */
export type Keep = (tx: Tx, kept: KeptReply) => Promise<void>;

export interface Idempotency {
  /** Answers a repetition from what was kept; else does it. A failure is not kept. */
  once(
    request: KeyedRequest,
    perform: (keep: Keep) => Promise<KeptReply>,
  ): Promise<KeptReply & { readonly replayed: boolean }>;
  /** Lets go of what a dead process had begun and not done. */
  release(deadWorker: string): Promise<void>;
  /** Removes answers that nobody may ask for again. @returns how many */
  forget(tx: Tx): Promise<number>;
}

export interface KeyedRequest {
  readonly key: string;
  readonly caller: Caller;
  readonly route: string;
  /** What two equal requests have in common; of an upload it is known once all of it has been read. */
  readonly digest: string | (() => Promise<string>);
}

const longestWaitMs = 10_000;
/** How long an answer is kept for a repetition. */
const keptHours = 24;
/** Rows removed at once, so that nobody waits for the rest. */
const mostForgotten = 20_000;

interface Row extends Record<string, unknown> {
  readonly route: string;
  readonly body_hash: string;
  readonly status: number | null;
  readonly reply: unknown;
}

const settledDigest = ({ digest }: KeyedRequest): string | Promise<string> =>
  typeof digest === 'string' ? digest : digest();

/** What is known when a request comes in; nothing of an upload. */
const earlyDigest = ({ digest }: KeyedRequest): string => (typeof digest === 'string' ? digest : '');

/** The digest of a request that has been parsed. */
export const digestOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

export const createIdempotency = (db: Database, worker: string): Idempotency => {
  /** undefined: this request is the first. */
  const reserve = (request: KeyedRequest): Promise<Row | undefined> =>
    db.tenant(request.caller.tenantId, async (tx) => {
      const { key, route } = request;
      const { tenantId, accountId } = request.caller;
      const early = earlyDigest(request);
      const made = await tx.execute(sql`
        INSERT INTO quadrax.idempotency_keys (tenant_id, account_id, key, route, body_hash, worker)
        VALUES (${tenantId}, ${accountId}, ${key}, ${route}, ${early}, ${worker})
        ON CONFLICT (tenant_id, account_id, key) DO UPDATE
          SET route = EXCLUDED.route, body_hash = EXCLUDED.body_hash, worker = EXCLUDED.worker,
              status = NULL, reply = NULL, created_at = now()
          WHERE quadrax.idempotency_keys.created_at < now() - make_interval(hours => ${keptHours})
        RETURNING key`);
      if (made.rows.length > 0) return undefined;
      const { rows } = await tx.execute<Row>(sql`
        SELECT route, body_hash, status, reply FROM quadrax.idempotency_keys
        WHERE account_id = ${accountId} AND key = ${key}`);
      // Let go of between the two statements: the next look finds it free.
      return rows[0] ?? { route, body_hash: '', status: null, reply: undefined };
    });

  const keepFor =
    (request: KeyedRequest): Keep =>
    async (tx, { status, reply }) => {
      const { key } = request;
      const { tenantId, accountId } = request.caller;
      const digest = await settledDigest(request);
      const { rowCount } = await tx.execute(sql`
        UPDATE quadrax.idempotency_keys
        SET status = ${status}, reply = ${JSON.stringify(reply)}::jsonb, body_hash = ${digest}
        WHERE tenant_id = ${tenantId} AND account_id = ${accountId} AND key = ${key}
          AND worker = ${worker} AND status IS NULL`);
      // Taken for dead meanwhile, this process must not do what another may have done again.
      if (rowCount !== 1) throw new AppError('REQUEST_IN_PROGRESS', { retryAfter: 5 });
    };

  const letGo = ({ caller, key }: KeyedRequest): Promise<unknown> =>
    db.tenant(caller.tenantId, (tx) =>
      tx.execute(sql`
        DELETE FROM quadrax.idempotency_keys
        WHERE account_id = ${caller.accountId} AND key = ${key} AND worker = ${worker} AND status IS NULL`),
    );

  const performFirst = async (
    request: KeyedRequest,
    perform: (keep: Keep) => Promise<KeptReply>,
  ): Promise<KeptReply & { replayed: boolean }> => {
    try {
      return { ...(await perform(keepFor(request))), replayed: false };
    } catch (error) {
      // Left in place it would hold the key until this process is gone; the failure itself is what is told.
      await letGo(request).catch(() => {});
      throw error;
    }
  };

  return {
    once: async (request, perform) => {
      if (request.key.length < 1 || request.key.length > 255)
        throw invalid('Idempotency-Key', 'Use 1 to 255 characters.');
      const deadline = performance.now() + longestWaitMs;
      for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 500)) {
        const first = await reserve(request);
        if (!first) return performFirst(request, perform);
        const early = earlyDigest(request);
        const differs = first.body_hash !== '' && early !== '' && first.body_hash !== early;
        if (first.route !== request.route || differs) throw new AppError('IDEMPOTENCY_MISMATCH');
        if (first.status !== null) {
          if (first.body_hash !== (await settledDigest(request))) throw new AppError('IDEMPOTENCY_MISMATCH');
          return { status: first.status, reply: first.reply, replayed: true };
        }
        if (performance.now() > deadline) throw new AppError('REQUEST_IN_PROGRESS', { retryAfter: 5 });
        await pause(waitMs);
      }
    },
    release: async (deadWorker) => {
      await db.system((tx) =>
        tx.execute(sql`DELETE FROM quadrax.idempotency_keys WHERE worker = ${deadWorker} AND status IS NULL`),
      );
    },
    forget: async (tx) => {
      const { rowCount } = await tx.execute(sql`
        DELETE FROM quadrax.idempotency_keys WHERE (tenant_id, account_id, key) IN (
          SELECT tenant_id, account_id, key FROM quadrax.idempotency_keys
          WHERE created_at < now() - make_interval(hours => ${keptHours}) AND status IS NOT NULL
          ORDER BY created_at LIMIT ${mostForgotten}
          FOR UPDATE SKIP LOCKED)`);
      return rowCount ?? 0;
    },
  };
};
