import type { AlgorithmName, FittedPipeline } from '../types.ts';
import { predictRows } from './pipeline.ts';

/** A pipeline and its share of the average. */
export interface BlendMember {
  readonly algorithm: AlgorithmName;
  readonly share: number;
  readonly fitted: FittedPipeline;
}

/** The weighted average of pipelines with the same outputs; shares add up to 1. */
export function blendPipelines(members: readonly BlendMember[]): FittedPipeline {
  const { outputs, documents } = members[0].fitted;
  const own = new Float64Array(outputs);
  const predictRow = (raw: Float64Array, out: Float64Array): void => {
    out.fill(0);
    for (const { share, fitted } of members) {
      fitted.predictRow(raw, own);
      for (let k = 0; k < outputs; k++) out[k] += share * own[k];
    }
  };
  return {
    outputs,
    documents,
    meanTargets: members.flatMap(({ fitted }) => fitted.meanTargets ?? []),
    predictRow,
    predict: (columns, rows) => predictRows(predictRow, columns, rows, outputs),
    state: () => ({
      members: members.map(({ algorithm, fitted }) => ({ algorithm, state: fitted.state() })),
      shares: Float64Array.from(members, ({ share }) => share),
    }),
  };
}
