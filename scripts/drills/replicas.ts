/** Kills and restarts three replicas under load, on a database of its own, and prints what clients saw. */
import { databaseAt, replicaDrill, startOwnPostgres } from '@quadrax/testkit';

const rounds = Number(process.argv[2] ?? 3);
const postgres = await startOwnPostgres();
const database = databaseAt(postgres.url);
try {
  for (const ending of ['kill', 'restart'] as const) {
    const figures = await replicaDrill({ database, ending, rounds });
    const failures = Object.entries(figures.failures).map(([what, count]) => `${count} × ${what}`);
    console.log(`${figures.ended} replicas ended (${ending}), ${figures.requests} requests`);
    console.log(`  failures that clients saw: ${failures.join(', ') || 'none'}`);
    console.log(`  slowest request: ${Math.round(figures.slowestMs)} ms`);
    console.log(
      `  acknowledged creates: ${figures.acknowledged}, lost: ${figures.lost}, twice: ${figures.duplicates}`,
    );
    console.log(`  trainings: ${figures.jobs.map(({ status }) => status).join(', ')}`);
    const { seen, failed, longestGapSeconds } = figures.ticks;
    console.log(
      `  ticks of a schedule due every second: ${seen}, failed: ${failed}, longest gap: ${longestGapSeconds} s`,
    );
    console.log(`  versions they made: ${figures.versions.join(', ')}`);
  }
} finally {
  await database.leave();
  await postgres.remove();
}
