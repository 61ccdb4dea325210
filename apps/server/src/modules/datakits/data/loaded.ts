import type { DateOrder, ProfileWarning } from '@quadrax/contract';
import type { Mixed } from './infer.ts';
import type { Physical } from './physical.ts';

/** The table `t` of a database: columns c0, c1 … in their physical types. */
export interface Loaded {
  readonly rows: number;
  readonly names: readonly string[];
  readonly physicals: readonly Physical[];
  /** Columns, by index, that hold values of several types and so stayed text. */
  readonly mixed: ReadonlyMap<number, Mixed>;
  /** What a person should know of how the file was read, besides its dialect. */
  readonly warnings?: readonly ProfileWarning[];
  /** How its dates were read, where either number of them may be the day. */
  readonly dateOrder?: DateOrder | undefined;
}
