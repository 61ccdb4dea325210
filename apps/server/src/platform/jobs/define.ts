import type { z } from 'zod';
import type { Tx } from '../db/index.ts';

/** What a job handler is given. Its signal fires when the job is cancelled or handed to another process. */
export interface JobContext {
  readonly tenantId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** Units done over units known; written and pushed at most a few times a second. */
  progress(done: number, total: number, stage: string): void;
  log(message: string, level?: 'info' | 'warn' | 'error'): void;
  readonly checkpoint: Checkpoint;
  /** Says how to take back what lies in the store now, should this attempt not reach its commit. */
  unlessCommitted(discard: Discard): void;
}

/** Takes back bytes that no transaction took; those that one did take it leaves alone. */
export type Discard = () => Promise<void>;

/** What a job has finished, kept beside it until it ends, so that its next attempt goes on rather than begins anew. */
export interface Checkpoint {
  /** What earlier attempts kept, in order; of an older program perhaps, so it is read with care. */
  readonly kept: readonly unknown[];
  /** Keeps a small piece of JSON, with the next report of progress. */
  keep(part: unknown): void;
}

/** The job's effect: runs in one transaction with the word that the job succeeded, so it happens once or not at all. */
export type Commit = (tx: Tx) => Promise<Record<string, unknown>>;

export interface JobName {
  readonly tenantId: string;
  readonly jobId: string;
}

export interface JobEnd {
  readonly status: 'FAILED' | 'CANCELLED';
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/**
 * A kind of job. `run` may be repeated from its beginning at any time, so it changes nothing that is seen; what it
 * found out is written by the `Commit` it returns.
 */
export interface JobDefinition<Payload> {
  readonly kind: string;
  readonly version: number;
  readonly payload: z.ZodType<Payload>;
  /** What it was asked is dropped the moment it ends, however it does: it cannot be run again. */
  readonly forgetsPayload?: boolean;
  /** Makes a payload that an older program queued one of this version; without it, the schema decides. */
  upgrade?(data: unknown, fromVersion: number): unknown;
  run(payload: Payload, context: JobContext): Promise<Commit>;
  /** Tidies up in the transaction in which the job ends without success. */
  ended(tx: Tx, job: JobName, payload: Payload, end: JobEnd): Promise<void>;
  /**
   * The counterpart of `ended`: puts what the job works on back in its state, in the transaction in which the job is to
   * run again. @throws AppError CONFLICT that says what to do, where that cannot be
   */
  revived(tx: Tx, job: JobName, payload: Payload): Promise<void>;
}

/** A definition whose payload type is settled by its schema. */
// The handlers of one registry take different payloads; each is only ever given what its own schema let through.
export type AnyJobDefinition = Omit<JobDefinition<never>, 'payload'> & { readonly payload: z.ZodType };

export const defineJob = <Payload>(definition: JobDefinition<Payload>): JobDefinition<Payload> => definition;

/** A failure that the person who started the job can read and act upon. */
export class JobError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'JobError';
    this.code = code;
  }
}
