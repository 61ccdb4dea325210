import type { AlgorithmName } from '../types.ts';
import type { Algorithm } from './algorithm.ts';
import { baseline } from './baseline/baseline.ts';
import { extraTrees, randomForest } from './forest/forest.ts';
import { gradientBoosting } from './gradient-boosting/gradient-boosting.ts';
import { linear } from './linear/linear.ts';
import { nearestNeighbors } from './nearest-neighbors/nearest-neighbors.ts';
import { neuralNetwork } from './neural-network/neural-network.ts';
import type { ParameterSpec } from './parameters.ts';

/** Every algorithm by its name: the one place that lists them. */
export type Registry = Readonly<Record<AlgorithmName, Algorithm>>;

export const registry: Registry = {
  baseline,
  linear,
  gradient_boosting: gradientBoosting,
  random_forest: randomForest,
  extra_trees: extraTrees,
  nearest_neighbors: nearestNeighbors,
  neural_network: neuralNetwork,
};

/** The parameters an algorithm takes, with defaults and ranges. */
export function parameterSpecs(algorithm: AlgorithmName): readonly ParameterSpec[] {
  return registry[algorithm].parameters;
}
