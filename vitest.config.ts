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
// Every test file has a process of its own and many start servers: what was compiled is kept, as in the product.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node') };
const quickStart = pathToFileURL(join(import.meta.dirname, 'apps/server/src/quick-start.ts')).href;
const execArgv = ['--import', quickStart];

export default defineConfig({
  test: {
    // Two cores, and most of what runs here waits for a database or a child process.
    maxWorkers: 2,
    // A shared machine may stand still for a second. What fails twice is wrong.
    retry: process.env['CI'] ? 1 : 0,
    projects: [
      {
        test: {
          name: 'unit',
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
          include: database,
          exclude: never,
          globalSetup,
          experimental,
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
