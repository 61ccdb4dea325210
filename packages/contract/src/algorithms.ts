import type { Algorithm } from './model-training.ts';

/** A parameter of an algorithm: the values it takes and what it does. `auto`: chosen by the training rows. */
export type AlgorithmParameter =
  | {
      readonly name: string;
      readonly kind: 'number' | 'integer';
      readonly min: number;
      readonly max: number;
      readonly default: number | 'auto';
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly kind: 'choice';
      readonly choices: readonly string[];
      readonly default: string;
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly kind: 'text';
      readonly maxLength: number;
      readonly default: string;
      readonly description: string;
    };

const forest: readonly AlgorithmParameter[] = [
  {
    name: 'trees',
    kind: 'integer',
    min: 1,
    max: 5000,
    default: 100,
    description: 'Trees that are averaged. More cost time and size, and never harm.',
  },
  {
    name: 'maxDepth',
    kind: 'integer',
    min: 1,
    max: 1000,
    default: 1000,
    description: 'Splits from the root to a leaf at most.',
  },
  {
    name: 'minLeafRows',
    kind: 'integer',
    min: 1,
    max: 1000000,
    default: 'auto',
    description: 'Rows of a leaf at least; auto: 1 up to 20,000 rows, then one more for every 20,000.',
  },
  {
    name: 'features',
    kind: 'number',
    min: 0.001,
    max: 1,
    default: 'auto',
    description:
      'Share of the features tried for a split; auto: their square root for classes, all for numbers.',
  },
];

/** What `parameters` of a training may hold, by algorithm; the server's numerics take the same, which a test sees to. */
export const algorithmParameters: Readonly<Record<Algorithm, readonly AlgorithmParameter[]>> = {
  auto: [],
  gradient_boosting: [
    { name: 'iterations', kind: 'integer', min: 1, max: 10000, default: 300, description: 'Rounds at most.' },
    {
      name: 'learningRate',
      kind: 'number',
      min: 0.0001,
      max: 1,
      default: 0.1,
      description: 'Shrinkage of each tree.',
    },
    {
      name: 'leaves',
      kind: 'integer',
      min: 2,
      max: 1024,
      default: 31,
      description: 'Leaves of a tree at most.',
    },
    {
      name: 'minLeafRows',
      kind: 'integer',
      min: 1,
      max: 1000000,
      default: 20,
      description: 'Rows of a leaf at least.',
    },
    {
      name: 'l2',
      kind: 'number',
      min: 0,
      max: 1000000,
      default: 1,
      description: 'Penalty on squared leaf values.',
    },
    {
      name: 'maxBins',
      kind: 'integer',
      min: 4,
      max: 255,
      default: 'auto',
      description: 'Bins of a column, missing included; auto: 64 below 5,000 rows, else 255.',
    },
    {
      name: 'earlyStopping',
      kind: 'choice',
      choices: ['on', 'off'],
      default: 'on',
      description: 'End when the loss on a share of the training rows stops falling.',
    },
    {
      name: 'patience',
      kind: 'integer',
      min: 1,
      max: 1000,
      default: 15,
      description: 'Rounds without improvement before stopping.',
    },
    {
      name: 'validationShare',
      kind: 'number',
      min: 0.01,
      max: 0.5,
      default: 0.15,
      description: 'Share of the training rows watched by early stopping.',
    },
    {
      name: 'loss',
      kind: 'choice',
      choices: ['auto', 'squared', 'quantile', 'poisson'],
      default: 'auto',
      description:
        'What is minimised. auto: log loss for classes, squared error for numbers; poisson is for counts and rates.',
    },
    {
      name: 'alpha',
      kind: 'number',
      min: 0.01,
      max: 0.99,
      default: 0.5,
      description: 'With the loss quantile: the share of rows that shall lie below.',
    },
    {
      name: 'monotone',
      kind: 'text',
      maxLength: 10000,
      default: '',
      description:
        'Numeric columns with which predictions may only rise (+) or fall (-), as in "age +, price -"; of two classes, the probability of the second.',
    },
  ],
  random_forest: forest,
  extra_trees: forest,
  linear: [
    {
      name: 'l2',
      kind: 'number',
      min: 0,
      max: 1000000000,
      default: 'auto',
      description: 'Penalty on the squared coefficients of standardised columns, where that is the penalty.',
    },
    {
      name: 'penalty',
      kind: 'choice',
      choices: ['l2', 'l1', 'elastic_net'],
      default: 'l2',
      description: 'Squared coefficients (ridge), absolute ones (lasso, which leaves features out), or both.',
    },
    {
      name: 'strength',
      kind: 'number',
      min: 0,
      max: 1000000000,
      default: 'auto',
      description: 'Of l1 and elastic_net: the weight of the penalty beside the mean loss.',
    },
    {
      name: 'l1Share',
      kind: 'number',
      min: 0.01,
      max: 1,
      default: 0.5,
      description: 'Of elastic_net: the share of the absolute coefficients in the penalty.',
    },
  ],
  nearest_neighbors: [
    {
      name: 'neighbors',
      kind: 'integer',
      min: 1,
      max: 1000,
      default: 10,
      description: 'Nearest rows that are averaged.',
    },
    {
      name: 'weights',
      kind: 'choice',
      choices: ['uniform', 'distance'],
      default: 'uniform',
      description: 'Whether neighbours count alike, or by the inverse of their distance.',
    },
    {
      name: 'metric',
      kind: 'choice',
      choices: ['euclidean', 'manhattan'],
      default: 'euclidean',
      description: 'Distance between rows: straight, or summed column by column.',
    },
  ],
  neural_network: [
    { name: 'layers', kind: 'integer', min: 1, max: 3, default: 1, description: 'Hidden layers.' },
    {
      name: 'units',
      kind: 'integer',
      min: 1,
      max: 1024,
      default: 100,
      description: 'Units of each hidden layer.',
    },
    {
      name: 'epochs',
      kind: 'integer',
      min: 1,
      max: 10000,
      default: 200,
      description: 'Times that training goes through the rows at most.',
    },
    {
      name: 'learningRate',
      kind: 'number',
      min: 0.000001,
      max: 1,
      default: 0.001,
      description: 'Size of the steps.',
    },
    {
      name: 'batchRows',
      kind: 'integer',
      min: 1,
      max: 10000,
      default: 'auto',
      description: 'Rows of a step; auto: 32 below 10,000 rows, else 128.',
    },
    {
      name: 'l2',
      kind: 'number',
      min: 0,
      max: 10,
      default: 0.0001,
      description: 'Penalty on squared weights.',
    },
    {
      name: 'dropout',
      kind: 'number',
      min: 0,
      max: 0.9,
      default: 0,
      description: 'Share of the hidden units that each step leaves out.',
    },
    {
      name: 'earlyStopping',
      kind: 'choice',
      choices: ['on', 'off'],
      default: 'on',
      description: 'End when the loss on a share of the training rows stops falling.',
    },
    {
      name: 'patience',
      kind: 'integer',
      min: 1,
      max: 1000,
      default: 15,
      description: 'Epochs without improvement before stopping.',
    },
    {
      name: 'validationShare',
      kind: 'number',
      min: 0.01,
      max: 0.5,
      default: 0.1,
      description: 'Share of the training rows watched by early stopping.',
    },
  ],
  baseline: [],
};
