/**
 * What contributions are measured in: what the model computes before its link, or what it answers. Of more than two
 * classes, scores say something only beside each other: `centred-log-odds` are those of a class against the geometric
 * mean of all classes (Aitchison 1982).
 */
export type ExplanationScale = 'log-odds' | 'centred-log-odds' | 'probability' | 'log' | 'value';

/**
 * Shapley values of the features of one model: for every row, base plus the sum of its contributions is what the model
 * computes on this scale.
 */
export interface Attribution {
  readonly scale: ExplanationScale;
  /** Numbers that are explained: 1 for regression and for two classes (of the second), else one for each class. */
  readonly margins: number;
  /** What is expected of a row nothing is known of, of each margin. */
  readonly base: Float64Array;
  /** About how many multiplications a row takes. */
  readonly rowCost: number;
  /** Overwrites `phi`, players × margins, row-major, by the contributions to the row `x`. */
  attribute(x: Float64Array, phi: Float64Array): void;
}

/** The same attribution on the scale of centred log-odds; its margins are scores before a softmax. */
export function centreScores(attribution: Attribution): Attribution {
  const { margins, base, rowCost } = attribution;
  const centred = base.slice();
  centre(centred, 0, margins);
  return {
    scale: 'centred-log-odds',
    margins,
    base: centred,
    rowCost,
    attribute(x, phi) {
      attribution.attribute(x, phi);
      for (let at = 0; at < phi.length; at += margins) centre(phi, at, margins);
    },
  };
}

function centre(values: Float64Array, at: number, count: number): void {
  let mean = 0;
  for (let k = 0; k < count; k++) mean += values[at + k] / count;
  for (let k = 0; k < count; k++) values[at + k] -= mean;
}

/** Makes the attribution of a design's rows to players, given the player that each design column belongs to; undefined where it cannot. */
export type DesignAttribution = (players: Int32Array) => Attribution | undefined;
