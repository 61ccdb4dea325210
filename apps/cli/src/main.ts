import process from 'node:process';
import { describeFailure, failureOf } from './failure.ts';
import { createProgram, HelpShown } from './program.ts';

const wantsJson = (words: readonly string[]): boolean =>
  words.some((word) => word === '--json' || word.startsWith('--json='));

/** Runs one command. Returns its exit code. */
const run = async (words: readonly string[]): Promise<number> => {
  const json = wantsJson(words);
  try {
    await createProgram(json).parseAsync([...words], { from: 'user' });
    // A command that found what it looked for and does not like it says so by this.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof HelpShown) return error.exit;
    const failure = failureOf(error);
    if (json) process.stdout.write(`${JSON.stringify(failure.envelope)}\n`);
    else process.stderr.write(`${describeFailure(failure)}\n`);
    return failure.exit;
  }
};

// Whoever reads our output may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
