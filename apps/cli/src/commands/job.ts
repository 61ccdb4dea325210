import type { Job } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { createOutput, facts, table } from '../output.ts';
import { everything, limitOf, upTo } from '../listing.ts';

interface ListOptions extends ConnectionOptions {
  readonly status?: Job['status'];
  readonly kind?: string;
  readonly limit: string;
}

const percent = (job: Job): string => `${Math.round(job.progress * 100)}%`;

const describe = (job: Job): string =>
  facts([
    ['Job', job.id],
    ['Kind', job.kind],
    ['Status', job.status],
    ['Attempt', job.attempt > 1 ? String(job.attempt) : undefined],
    ['Progress', `${percent(job)} ${job.stage}`],
    ['Works on', job.subject && `${job.subject.type} ${job.subject.id}`],
    ['Error', job.error?.message],
    ['Result', job.result && JSON.stringify(job.result)],
    ['Created', job.createdAt],
    ['Started', job.startedAt],
    ['Finished', job.finishedAt],
  ]);

export const addJob = (program: Command): void => {
  const jobs = program.command('job').description('work that runs on the server');
  connected(jobs.command('list').description('jobs, newest first'))
    .option('--status <status>', 'QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED')
    .option('--kind <kind>', 'such as model.train')
    .option('--limit <n>', 'how many at most', '50')
    .action(async ({ status, kind, limit, ...options }: ListOptions) => {
      const filter = { ...(status && { status }), ...(kind && { kind }), ...limitOf(limit) };
      const found = await upTo(connect(options).jobs.list(filter), limit);
      createOutput(options.json ?? false).result(found, () =>
        table(
          ['Id', 'Kind', 'Status', 'Progress', 'Created'],
          found.map((job) => [job.id, job.kind, job.status, percent(job), job.createdAt]),
        ),
      );
    });
  connected(jobs.command('show <id>').description('one job')).action(
    async (id: string, options: ConnectionOptions) => {
      const job = await connect(options).jobs.get(id);
      createOutput(options.json ?? false).result(job, () => describe(job));
    },
  );
  connected(jobs.command('logs <id>').description('what a job has said')).action(
    async (id: string, options: ConnectionOptions) => {
      const lines = await everything(connect(options).jobs.logs(id, { limit: 200 }));
      createOutput(options.json ?? false).result(lines, () =>
        lines.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}`).join('\n'),
      );
    },
  );
  connected(jobs.command('cancel <id>').description('stop a job')).action(
    async (id: string, options: ConnectionOptions) => {
      const job = await connect(options).jobs.cancel(id);
      createOutput(options.json ?? false).result(job, () => `The job ${id} is ${job.status.toLowerCase()}.`);
    },
  );
  connected(jobs.command('retry <id>').description('run a job again that failed or was cancelled')).action(
    async (id: string, options: ConnectionOptions) => {
      const job = await connect(options).jobs.retry(id);
      createOutput(options.json ?? false).result(
        job,
        () => `The job ${id} is queued again, as attempt ${job.attempt}.`,
      );
    },
  );
};
