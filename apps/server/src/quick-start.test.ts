import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const quickStart = new URL('quick-start.ts', import.meta.url).href;
const many = new URL('platform/jobs/index.ts', import.meta.url).href;

/** Counts, from behind the quick start, how often Node itself is asked where a package is. */
const counting = `
  import { registerHooks } from 'node:module';
  const asked = {};
  registerHooks({ resolve: (name, context, next) => {
    if (!context.parentURL?.includes('node_modules') && name.startsWith('drizzle-orm')) asked[name] = (asked[name] ?? 0) + 1;
    return next(name, context);
  } });
  process.on('exit', () => console.log(JSON.stringify(asked)));
`;

/** How often packages are looked for while modules load that several times name the same. */
const lookups = async (...first: string[]): Promise<Record<string, number>> => {
  const preloads = [`data:text/javascript,${encodeURIComponent(counting)}`, ...first].flatMap((url) => [
    '--import',
    url,
  ]);
  const words = [...preloads, '--input-type=module', '--eval', `await import(${JSON.stringify(many)})`];
  return JSON.parse((await run(process.execPath, words)).stdout) as Record<string, number>;
};

it('has each package looked for once, however many files import it', async () => {
  const [plain, quick] = [await lookups(), await lookups(quickStart)];
  expect(plain['drizzle-orm'], 'or there is nothing to spare').toBeGreaterThan(3);
  expect(Object.keys(quick).toSorted()).toEqual(Object.keys(plain).toSorted());
  expect(new Set(Object.values(quick))).toEqual(new Set([1]));
});
