import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../peers/python-serve.py', import.meta.url));
const interpreter = '/usr/bin/python3';

export interface PythonPeer {
  readonly port: number;
  readonly pid: number;
  stop(): void;
}

/** A Python peer that has trained and answers. @throws where Debian's packages for it are not installed */
export const startPython = async (
  kind: 'xgboost' | 'sklearn',
  { file, trees, leaves }: { file: string; trees: number; leaves: number },
): Promise<PythonPeer> => {
  const child = spawn(interpreter, [program, kind, file, String(trees), String(leaves)], {
    env: { PATH: '/usr/bin:/bin', OMP_NUM_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const failed = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(
      `The Python peer ended with ${String(code)}. It needs python3-fastapi, -uvicorn, -xgboost and -sklearn.`,
    );
  });
  const [said] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer];
  failed.catch(() => {});
  const port = Number(said.toString());
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/openapi.json`).catch(() => undefined);
    if (ready?.ok) break;
    await pause(20);
  }
  return { port, pid: child.pid ?? 0, stop: () => child.kill() };
};
