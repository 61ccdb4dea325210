#!/usr/bin/env node
// Plain JavaScript, so that it can speak on any Node: the program itself needs one that runs TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const needed = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const recent = major > needed[0] || (major === needed[0] && minor >= needed[1]);

/** The Node that the project brings along, wherever npm put it: here, or above where this is a dependency. */
const pinnedNode = () => {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const up of ['../../..', '../../../../..']) {
    const file = fileURLToPath(new URL(`${up}/node_modules/.bin/${name}`, import.meta.url));
    if (existsSync(file)) return file;
  }
  return undefined;
};

const runOn = (node) => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches both of us, and a server that is told twice does not wait for anything.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
};

if (recent) {
  // What was compiled is kept between starts: a third of the time to be ready.
  module.enableCompileCache?.();
  await import('@quadrax/server/quick-start');
  await import('../src/main.ts');
} else {
  const node = pinnedNode();
  if (node === undefined) {
    process.stderr.write(
      `Quadrax needs Node ${needed.join('.')} or later, and this is ${process.versions.node}. Run "npm install" in its folder, which brings the right one along, or install a newer Node.\n`,
    );
    process.exitCode = 2;
  } else runOn(node);
}
