import type { Job } from '@quadrax/contract';
import { formatAgo, formatDuration } from '#lib/format.ts';
import { isFinished } from '#lib/jobs.ts';
import { sentenceCase } from '#lib/words.ts';

/** Seconds a job has worked, up to `now` while it still does; undefined before it began. */
export function workedSeconds(job: Job, now: number): number | undefined {
  if (job.startedAt === undefined) return undefined;
  const end = job.finishedAt === undefined ? now : Date.parse(job.finishedAt);
  return Math.max(0, (end - Date.parse(job.startedAt)) / 1000);
}

/** "Succeeded · took 12 s · 4 min ago", and which attempt it was where it was not the first. */
export function jobSentence(job: Job, now: number): string {
  const worked = workedSeconds(job, now);
  const parts = [sentenceCase(job.status)];
  if (job.attempt > 1) parts.push(`attempt ${job.attempt}`);
  if (isFinished(job)) {
    if (worked !== undefined) parts.push(`took ${formatDuration(worked)}`);
    parts.push(formatAgo(job.finishedAt ?? job.createdAt, now));
  } else {
    parts.push(
      worked === undefined
        ? `waiting since ${formatAgo(job.createdAt, now)}`
        : `for ${formatDuration(worked)}`,
    );
  }
  return parts.join(' · ');
}

/** Lines of a text that a page shows: more are no longer read, and slow it down. */
const MOST_LINES = 200;

/** The beginning of a text, and how many of its lines that is. */
export function beginningOf(text: string): { beginning: string; shown: number; lines: number } {
  const lines = text.split('\n');
  const first = lines.slice(0, MOST_LINES);
  return { beginning: first.join('\n'), shown: first.length, lines: lines.length };
}
