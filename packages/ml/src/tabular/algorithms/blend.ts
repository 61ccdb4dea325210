import type { Attribution } from '../explain/attribution.ts';
import type { AlgorithmName, FittedPipeline } from '../types.ts';

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
  const costs = members.flatMap(({ fitted }) => fitted.rowCost ?? []);
  const attribution = averageAttribution(members);
  return {
    outputs,
    documents,
    meanTargets: members.flatMap(({ fitted }) => fitted.meanTargets ?? []),
    ...(costs.length > 0 && { rowCost: costs.reduce((sum, cost) => sum + cost, 0) }),
    predictRow,
    ...(attribution && { attribution: () => attribution }),
    predict(columns, rows) {
      const all = new Float64Array(rows * outputs);
      for (const { share, fitted } of members) {
        const predicted = fitted.predict(columns, rows);
        for (let i = 0; i < all.length; i++) all[i] += share * predicted[i];
      }
      return all;
    },
    state: () => ({
      members: members.map(({ algorithm, fitted }) => ({ algorithm, state: fitted.state() })),
      shares: Float64Array.from(members, ({ share }) => share),
    }),
  };
}

/** Shapley values of a sum are the sums of those of its parts, where they are measured in what is averaged. */
function averageAttribution(members: readonly BlendMember[]): Attribution | undefined {
  const parts = members.flatMap(({ share, fitted }) => {
    const attribution = fitted.attribution?.();
    return attribution ? [{ share, attribution }] : [];
  });
  const [first] = parts;
  if (first === undefined || parts.length < members.length) return undefined;
  const { scale, margins } = first.attribution;
  if (scale !== 'value' && scale !== 'probability') return undefined;
  if (parts.some(({ attribution }) => attribution.scale !== scale)) return undefined;
  const sum = (of: (attribution: Attribution) => number): number =>
    parts.reduce((total, { share, attribution }) => total + share * of(attribution), 0);
  return {
    scale,
    margins,
    base: Float64Array.from({ length: margins }, (_, k) => sum(({ base }) => base[k])),
    rowCost: parts.reduce((total, { attribution }) => total + attribution.rowCost, 0),
    attribute(x, phi) {
      const own = new Float64Array(phi.length);
      phi.fill(0);
      for (const { share, attribution } of parts) {
        attribution.attribute(x, own);
        for (let i = 0; i < phi.length; i++) phi[i] += share * own[i];
      }
    },
  };
}
