import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** `background` computes with the time that nobody else wants. */
export type Priority = 'normal' | 'background';

const installed = (command: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/**
 * The command in front of a background process. Linux's SCHED_IDLE gives way the moment another thread wakes; a nice
 * value alone lets the current slice of some milliseconds run out first (docs/adr/0006).
 */
const wrapper = (): readonly string[] => {
  if (process.platform === 'linux' && installed('chrt')) return ['chrt', '--idle', '0'];
  if (process.platform !== 'win32' && installed('nice')) return ['nice', '-n', '10'];
  return [];
};

let background: readonly string[] | undefined;

/**
 * How to fork a process of a priority. It is set before the process begins, so that it holds for all of its threads,
 * the engine's own included; one that is set later holds for the main thread alone.
 */
export const launch = (
  priority: Priority,
  options: readonly string[],
): { execPath: string; execArgv: string[] } => {
  background ??= wrapper();
  const [execPath, ...execArgv] = [
    ...(priority === 'background' ? background : []),
    process.execPath,
    ...options,
  ];
  return { execPath: execPath ?? process.execPath, execArgv };
};
