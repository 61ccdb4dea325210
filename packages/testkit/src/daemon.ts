import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** Debian keeps daemons where only administrators look. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin'];

/** Where a program is installed; undefined: it is not. */
export const programAt = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders]
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

/**
 * Why tests that need a program cannot run; undefined if they can. `from` is the package of Debian that has it.
 * @throws on a build machine, which must have what tests need
 */
export const without = (name: string, from: string): string | undefined => {
  if (programAt(name) !== undefined) return undefined;
  const missing = `These tests need ${name}, which is not installed. Install it, on Debian and Ubuntu with: apt-get install ${from}`;
  if (process.env['CI'] === 'true') throw new Error(missing);
  process.stderr.write(`${missing}\n`);
  return missing;
};

/** A port of this machine that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

/** A server of somebody else's making, which tests start and bring down. */
export interface Daemon {
  /** Resolves when it has said that it is ready. @throws with what it said if it ends instead */
  start(): Promise<void>;
  /** Ends it with no chance to tidy up. */
  kill(): Promise<void>;
  /** It answers nothing from now on, with its connections left open. */
  freeze(): void;
  thaw(): void;
}

export const daemon = (name: string, options: readonly string[], ready: RegExp): Daemon => {
  let child: ChildProcess | undefined;
  return {
    start: async () => {
      const started = spawn(programAt(name) ?? name, options, { stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      let output = '';
      await new Promise<void>((resolve, reject) => {
        const read = (chunk: Buffer): void => {
          output += chunk.toString();
          if (ready.test(output)) resolve();
        };
        started.stdout.on('data', read);
        started.stderr.on('data', read);
        started.once('exit', () => reject(new Error(`${name} ended:\n${output}`)));
      });
    },
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
};
