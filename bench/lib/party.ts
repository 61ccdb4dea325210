import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that answers each line of JSON on its standard input with one on its standard output. */
export interface Party {
  ask(command: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a party; one question is asked at a time. A question rejects when the process ends before its answer. */
export const startParty = (
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Party => {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${command} ${args.join(' ')} ended before it answered.`);
      return JSON.parse(line.value) as unknown;
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};
