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

const children = programs.map(({ folder, words }) =>
  spawn(process.execPath, words, { cwd: folder, env: environment, stdio: 'inherit' }),
);

let ending = false;
const endAll = (signal: NodeJS.Signals): void => {
  ending = true;
  for (const child of children) child.kill(signal);
};
// A terminal sends Ctrl-C to the children too; both take a second one as impatience, so it is not passed on.
process.on('SIGINT', () => {
  ending = true;
});
process.on('SIGTERM', () => endAll('SIGTERM'));

for (const child of children)
  child.on('exit', (code) => {
    if (ending) return;
    // One without the other is of no use.
    process.exitCode = code ?? 1;
    endAll('SIGTERM');
  });
