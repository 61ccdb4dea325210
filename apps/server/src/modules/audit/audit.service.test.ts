import { expect, it } from 'vitest';
import { createAuditService } from './audit.service.ts';

/** A database in which each piece of work waits to be let go. */
const patientDatabase = () => {
  const begun: (() => void)[] = [];
  const whole = { rows: 1, chains: 1, broken: undefined };
  const system = () => new Promise((resolve) => begun.push(() => resolve(whole)));
  return { begun, db: { system } as never };
};

it('who asks for a verification while one waits shares it, and keeps no other tenant waiting', async () => {
  const { begun, db } = patientDatabase();
  const { verify } = createAuditService({ db, cursors: {} as never });
  const letGo = async (): Promise<void> => {
    await expect.poll(() => begun.length).toBe(1);
    begun.shift()?.();
  };
  const first = verify('one');
  await expect.poll(() => begun.length).toBe(1);
  // The first runs: rows that came since are for another, which all of these share.
  const many = Array.from({ length: 50 }, () => verify('one'));
  const other = verify('two');
  await letGo();
  await letGo();
  await letGo();
  const answers = await Promise.all([first, ...many, other]);
  expect(answers).toHaveLength(52);
  expect(answers.every(({ intact }) => intact)).toBe(true);
  expect(begun).toEqual([]);
});
