/** What every party is told to fit, in the words of none of them. */
export interface Settings {
  readonly rounds: number;
  readonly learningRate: number;
  readonly leaves: number;
  readonly minLeafRows: number;
  readonly l2: number;
  readonly bins: number;
  readonly threads: number;
}

export type Library = 'ours' | 'auto' | 'sklearn' | 'xgboost' | 'linear' | 'forest';

/** Files of rows and predictions, a folder of data: see `data.ts`. */
export interface FitCommand {
  readonly op: 'fit';
  readonly library: Library;
  readonly folder: string;
  readonly train: string;
  readonly test: string;
  readonly out: string;
  readonly settings: Settings;
}

/** Seconds of the fit: processor time (user and system, all threads) and by the clock. */
export interface FitAnswer {
  readonly cpu: number;
  readonly wall: number;
  /** Seconds of processor time for the prediction of all test rows. */
  readonly predictCpu: number;
}
