/** The server, started anew when its sources change, and the web app with hot replacement. Ctrl-C ends both. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const programs = [
  { folder: root, words: ['--watch', '--watch-preserve-output', 'apps/cli/src/main.ts', 'serve'] },
  { folder: `${root}apps/web`, words: [`${root}node_modules/vite/bin/vite.js`] },
];

const environment = { NODE_ENV: 'development', ...process.env };

/**
 * In groups of their own: Ctrl-C then reaches this process alone, which passes it on once. The watcher passes it on as
 * well, and a server that is told twice takes it as impatience and leaves its database running.
 */
const children = programs.map(({ folder, words }) =>
  spawn(process.execPath, words, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  }),
);

let ending = false;
const endAll = (): void => {
  if (ending) return;
  ending = true;
  for (const child of children) child.kill('SIGTERM');
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endAll);

for (const child of children)
  child.on('exit', (code) => {
    if (!ending) process.exitCode = code ?? 1;
    // One without the other is of no use.
    endAll();
  });
