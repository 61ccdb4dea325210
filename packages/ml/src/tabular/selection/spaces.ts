import { denseWidth } from '../preprocessing/dense.ts';
import type { Registry } from '../algorithms/registry.ts';
import type { Random } from '../../random/random.ts';
import type { Frame, Target } from '../data/frame.ts';
import type { AlgorithmName, Parameters } from '../types.ts';

/** A size to choose candidates by. */
export interface ProblemSize {
  readonly rows: number;
  /** About how many numbers a row becomes where categories are spread out. */
  readonly width: number;
  readonly classes: number;
}

/** The same, and what there is to fit it in. */
export interface Room extends ProblemSize {
  readonly memoryMb: number;
}

/** What `auto` tries of an algorithm: sets that do well on most data, most promising first, then draws. */
interface Space {
  /** Whether it is worth trying at all. */
  suits(size: Room): boolean;
  defaults(size: ProblemSize): readonly Parameters[];
  /** Absent: there is nothing to draw. */
  draw?(random: Random, size: ProblemSize): Parameters | undefined;
}

const always = (): boolean => true;
const smallRows = 5_000;
/** Bytes that a learner of a full matrix takes for each of its numbers, as models.memory.ts of the server counts them. */
const bytesOfNumber = 112;
const fitsInFull = ({ rows, width, memoryMb }: Room): boolean =>
  rows * width * bytesOfNumber <= memoryMb * 1_048_576;
/** A model of neighbours keeps its rows: those of more than this are refused by the algorithm, or slow to ask. */
const maxNeighborBytes = 8 * 1_048_576;
const maxNeighborRows = 20_000;
/** Multiplications of one epoch of a network beyond which it is no candidate. */
const maxEpochCost = 5e9;

const forest: Space = {
  suits: always,
  defaults: () => [{}],
  draw: (random, { rows }) => ({
    trees: rows < smallRows ? 200 : 100,
    features: rounded(between(random, 0.15, 1)),
    minLeafRows: wholeLog(random, 1, 20),
  }),
};

const spaces: Readonly<Record<AlgorithmName, Space>> = {
  baseline: { suits: always, defaults: () => [{}] },
  linear: {
    suits: fitsInFull,
    defaults: (): readonly Parameters[] => [{}, { penalty: 'elastic_net', l1Share: 0.5 }],
    // Of classes the penalty's path costs more than its other mixtures bring.
    draw: (random, { classes }) =>
      classes > 0 ? undefined : { penalty: 'elastic_net', l1Share: rounded(between(random, 0.05, 1)) },
  },
  gradient_boosting: {
    suits: always,
    defaults: boostingDefaults,
    draw: (random, { rows }) => {
      const learningRate = rounded(log(random, 0.02, 0.25));
      return {
        learningRate,
        iterations: learningRate < 0.06 ? 800 : 400,
        leaves: wholeLog(random, 3, rows < smallRows ? 31 : 127),
        minLeafRows: wholeLog(random, 3, 100),
        l2: rounded(log(random, 0.05, 30)),
      };
    },
  },
  extra_trees: forest,
  random_forest: forest,
  nearest_neighbors: {
    suits: ({ rows, width }) => rows <= maxNeighborRows && rows * (width * 4 + 16) <= maxNeighborBytes,
    defaults: () => [{ weights: 'distance' }],
    draw: (random) => ({
      neighbors: wholeLog(random, 2, 60),
      weights: choice(random, ['uniform', 'distance']),
      metric: choice(random, ['euclidean', 'manhattan']),
    }),
  },
  neural_network: {
    suits: (room) =>
      fitsInFull(room) && room.rows * 100 * (room.width + Math.max(1, room.classes)) <= maxEpochCost,
    defaults: () => [{}],
    draw: (random) => ({
      layers: 1 + random.below(2),
      units: wholeLog(random, 16, 200),
      learningRate: rounded(log(random, 5e-4, 1e-2)),
      l2: rounded(log(random, 1e-4, 1)),
    }),
  },
};

/** Rows, numbers of a row and classes of a problem, as far as they matter to what is tried. */
export function problemSize(frame: Frame, { classes }: Target): ProblemSize {
  const width = denseWidth(frame.features);
  return { rows: frame.rows, width, classes };
}

/** The algorithms of the registry that suit the problem, in the order in which they are tried. */
export function suitedAlgorithms(registry: Registry, size: Room): AlgorithmName[] {
  return Object.values(registry)
    .map(({ name }) => name)
    .filter((name) => spaces[name].suits(size));
}

/** Sets of parameters to begin with. */
export function defaultsOf(name: AlgorithmName, size: ProblemSize): readonly Parameters[] {
  return spaces[name].defaults(size);
}

/** Another set, by chance; undefined where the algorithm has nothing to choose. */
export function drawOf(name: AlgorithmName, random: Random, size: ProblemSize): Parameters | undefined {
  return spaces[name].draw?.(random, size);
}

function boostingDefaults({ rows }: ProblemSize): readonly Parameters[] {
  if (rows < smallRows) {
    return [
      { leaves: 8, minLeafRows: 10, learningRate: 0.1 },
      { leaves: 31, minLeafRows: 20, learningRate: 0.1 },
      { leaves: 4, minLeafRows: 5, learningRate: 0.1 },
    ];
  }
  return [
    {},
    { leaves: 63, learningRate: 0.06, iterations: 500 },
    { leaves: 15, minLeafRows: 50, iterations: 500 },
  ];
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

function log(random: Random, low: number, high: number): number {
  return Math.exp(between(random, Math.log(low), Math.log(high)));
}

function wholeLog(random: Random, low: number, high: number): number {
  return Math.round(log(random, low, high));
}

/** To three digits: what people read and type again. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function choice(random: Random, values: readonly string[]): string {
  return values[random.below(values.length)];
}
