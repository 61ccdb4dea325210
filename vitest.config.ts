import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig } from 'vitest/config';

const embedded = 'apps/server/src/platform/db/embedded/**/*.test.ts';
const database = ['**/*.integration.test.ts', embedded];
const browser = 'apps/web/e2e/**/*.e2e.test.ts';
const never = ['**/node_modules/**', '**/build/**', '**/dist/**'];
const globalSetup = 'packages/testkit/src/global-setup.ts';
// The tests run the sources as the product does: Node strips the types, nothing is bundled.
const experimental = { viteModuleRunner: false };
// Many tests start processes: what was compiled is kept, as in the product.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node') };
const quickStart = pathToFileURL(join(import.meta.dirname, 'apps/server/src/quick-start.ts')).href;
const execArgv = ['--import', quickStart];
// Each file has a server and a database of its own, and the server says at its end what it left behind; unit tests leave
// nothing behind. So a process goes on from file to file, and loads the product once.
const isolate = false;
// What is waited for may take as long as a busy machine takes; vitest's own patience is a second.
const expect = { poll: { timeout: 15_000 } };

export default defineConfig({
  test: {
    // One more than the two cores of a small machine: what runs here often waits for a disk, a clock or a browser.
    maxWorkers: 3,
    // A shared machine may stand still for a second. What fails twice is wrong.
    retry: process.env['CI'] ? 1 : 0,
    projects: [
      {
        test: {
          name: 'unit',
          isolate,
          env,
          include: ['packages/**/*.test.ts', 'apps/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
          exclude: [...never, ...database, browser],
          // Models are trained, on machines that do other things meanwhile.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          env,
          execArgv,
          isolate,
          include: database,
          exclude: never,
          globalSetup,
          experimental,
          expect,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          env,
          execArgv,
          experimental,
          expect,
          isolate,
          include: [browser],
          exclude: never,
          globalSetup,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
