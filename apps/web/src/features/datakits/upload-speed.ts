/** How far an upload had come at a moment; `at` in milliseconds. */
export interface SpeedSample {
  readonly at: number;
  readonly loaded: number;
}

const WINDOW_MS = 4000;

/** Adds a sample and forgets those older than the window, but for the last one before it. */
export function addSample(samples: readonly SpeedSample[], sample: SpeedSample): SpeedSample[] {
  const all = [...samples, sample];
  const first = all.findIndex((one) => one.at >= sample.at - WINDOW_MS);
  return all.slice(Math.max(0, first - 1));
}

export interface Speed {
  readonly bytesPerSecond: number;
  readonly secondsLeft: number;
}

/** The speed over the window; undefined before half a second of it is known, so that the figure does not flicker. */
export function speedOf(samples: readonly SpeedSample[], total: number): Speed | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < 500 || last.loaded <= first.loaded) return undefined;
  const bytesPerSecond = ((last.loaded - first.loaded) / (last.at - first.at)) * 1000;
  return { bytesPerSecond, secondsLeft: Math.max(0, total - last.loaded) / bytesPerSecond };
}
