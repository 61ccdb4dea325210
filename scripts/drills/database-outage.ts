/** Takes the database away from a running server for 30 s in each manner and prints what people saw. */
import { outage } from '@quadrax/testkit';
import type { OutageFigures } from '@quadrax/testkit';

const seconds = Number(process.argv[2] ?? 30);

const counted = (figures: OutageFigures): string => {
  const counts = new Map<number, number>();
  for (const { status } of figures.answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
};

for (const manner of ['fast', 'immediate', 'frozen'] as const) {
  const figures = await outage({ manner, seconds });
  const ms = (value: number): string => `${Math.round(value)} ms`;
  console.log(`database ${manner} for ${seconds} s`);
  console.log(
    `  answers meanwhile: ${counted(figures)}; the slowest, ${figures.slowest}, took ${ms(figures.slowestMs)}`,
  );
  console.log(
    `  after its return: served in ${ms(figures.servedAfterMs)}, ready in ${ms(figures.readyAfterMs)}`,
  );
  console.log(`  the training under way: ${figures.job.status}; exit code ${figures.exitCode}`);
  console.log(
    `  connections left: ${figures.connectionsLeft.length}; faults logged: ${figures.complaints.length}`,
  );
  for (const line of figures.complaints) console.log(`    ${line.slice(0, 300)}`);
}
