import { sql } from 'drizzle-orm';
import type { Database } from '../db/index.ts';
import type { EventBus } from '../events/index.ts';
import { keepCheckpoints } from './checkpoints.store.ts';
import { appendLogs, writeProgress } from './jobs.store.ts';
import type { Attempt } from './jobs.tables.ts';
import { readable } from './stop-reasons.ts';

const everyMs = 250;
/** Before this much is known, a time left would be a guess. */
const etaAfterMs = 1000;

interface Line {
  readonly at: Date;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** What became of the attempt, as seen while reporting. */
export type Verdict = 'current' | 'cancel' | 'stale';

/**
 * Carries a running attempt's progress, log lines and checkpoints to the database and to whoever watches, a few times a second.
 * Progress never goes backwards. Tells when the attempt was cancelled or taken over.
 */
export class Reporter {
  readonly #db: Database;
  readonly #events: EventBus;
  readonly #attempt: Attempt;
  readonly #kind: string;
  readonly #createdBy: string | null;
  readonly #onVerdict: (verdict: Verdict) => void;
  readonly #started = performance.now();
  #progress = 0;
  #stage = 'Starting';
  #changed = false;
  #lines: Line[] = [];
  #parts: unknown[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: {
    db: Database;
    events: EventBus;
    attempt: Attempt;
    kind: string;
    createdBy: string | null;
    onVerdict: (verdict: Verdict) => void;
  }) {
    this.#db = options.db;
    this.#events = options.events;
    this.#attempt = options.attempt;
    this.#kind = options.kind;
    this.#createdBy = options.createdBy;
    this.#onVerdict = options.onVerdict;
  }

  progress(done: number, total: number, stage: string): void {
    // Comparisons let no NaN through.
    const share = total > 0 && done > 0 ? Math.min(1, done / total) : 0;
    this.#progress = Math.max(this.#progress, share);
    this.#stage = stage;
    this.#changed = true;
    this.#schedule();
  }

  log(message: string, level: Line['level'] = 'info'): void {
    this.#lines.push({ at: new Date(), level, message: readable(message) });
    this.#schedule();
  }

  /** Keeps a part of what is finished for a later attempt. */
  keep(part: unknown): void {
    this.#parts.push(part);
    this.#schedule();
  }

  /** Writes what has not been written, and waits for it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A report that could not be written must not keep the next from being tried.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    await this.#writing;
  }

  #schedule(): void {
    // A report that cannot be written is no reason to stop working; the outcome is written with patience.
    this.#timer ??= setTimeout(() => void this.flush().catch(() => {}), everyMs);
  }

  #etaSeconds(): number | null {
    const elapsed = performance.now() - this.#started;
    if (elapsed < etaAfterMs || this.#progress < 0.01) return null;
    return Math.round((elapsed * (1 - this.#progress)) / this.#progress / 100) / 10;
  }

  async #write(): Promise<void> {
    if (!this.#changed && this.#lines.length === 0 && this.#parts.length === 0) return;
    const lines = this.#lines;
    const parts = this.#parts;
    this.#lines = [];
    this.#parts = [];
    this.#changed = false;
    try {
      this.#onVerdict(await this.#report(lines, parts));
    } catch (error) {
      this.#lines = [...lines, ...this.#lines];
      this.#parts = [...parts, ...this.#parts];
      this.#changed = true;
      throw error;
    }
  }

  async #report(lines: readonly Line[], parts: readonly unknown[]): Promise<Verdict> {
    const report = { progress: this.#progress, stage: this.#stage, etaSeconds: this.#etaSeconds() };
    const { tenantId, jobId: id } = this.#attempt;
    const verdict = await this.#db.tenant(tenantId, async (tx): Promise<Verdict> => {
      // Nobody is promised a report: it may be lost with the server, and need not wait for the disk.
      await tx.execute(sql`SET LOCAL synchronous_commit = off`);
      const { current, cancelRequested } = await writeProgress(tx, this.#attempt, report);
      if (!current) return 'stale';
      if (lines.length > 0) await appendLogs(tx, this.#attempt, lines);
      if (parts.length > 0) await keepCheckpoints(tx, this.#attempt, parts);
      return cancelRequested ? 'cancel' : 'current';
    });
    const { etaSeconds, ...rest } = report;
    // Waited for, so that no progress comes after the word that the job has ended.
    if (verdict !== 'stale')
      await this.#events.hint(
        tenantId,
        'job.progress',
        { id, kind: this.#kind, ...rest, ...(etaSeconds !== null && { etaSeconds }) },
        this.#createdBy,
      );
    return verdict;
  }
}
