import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './failure.ts';

/** Everything on standard input, without its last line break. */
export const readInput = async (): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
};

const interactive = (otherwise: string): void => {
  if (!process.stdin.isTTY) throw new CliError(otherwise);
};

/** Asks at the terminal. @throws CliError with `otherwise` where there is none */
export const ask = async (question: string, otherwise: string): Promise<string> => {
  interactive(otherwise);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await reader.question(question)).trim();
  } finally {
    reader.close();
  }
};

/** Asks at the terminal without showing what is typed. @throws CliError with `otherwise` where there is none */
export const askSecret = async (question: string, otherwise: string): Promise<string> => {
  interactive(otherwise);
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
};
