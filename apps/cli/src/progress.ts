import process from 'node:process';
import { Presets, SingleBar } from 'cli-progress';

/** Work under way, shown on standard error. */
export interface Progress {
  /** @param fraction from 0 to 1 */
  update(fraction: number, stage: string): void;
  stop(): void;
}

/** On a terminal, one bar that moves. */
const bar = (label: string): Progress => {
  const single = new SingleBar(
    {
      stream: process.stderr,
      format: `${label} {bar} {percentage}%  {stage}`,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
    },
    Presets.shades_classic,
  );
  single.start(1000, 0, { stage: '' });
  return {
    update: (fraction, stage) => single.update(Math.round(fraction * 1000), { stage }),
    stop: () => single.stop(),
  };
};

const lineEvery = 0.1;

/** Elsewhere, a line for each tenth and each new stage. */
const lines = (label: string): Progress => {
  let told = { fraction: -1, stage: '' };
  return {
    update: (fraction, stage) => {
      if (stage === told.stage && fraction - told.fraction < lineEvery) return;
      told = { fraction, stage };
      process.stderr.write(`${label} ${Math.round(fraction * 100)}% ${stage}\n`);
    },
    stop: () => {},
  };
};

export const startProgress = (label: string): Progress => (process.stderr.isTTY ? bar(label) : lines(label));

/** Shows progress while `work` takes. */
export const withProgress = async <T>(
  label: string,
  work: (update: Progress['update']) => Promise<T>,
): Promise<T> => {
  const progress = startProgress(label);
  try {
    return await work(progress.update);
  } finally {
    progress.stop();
  }
};
