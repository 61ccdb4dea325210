import { blendPipelines } from '../algorithms/blend.ts';
import type { FitContext } from '../algorithms/algorithm.ts';
import { fitPipeline, type PipelineFit, type PipelineSpec } from '../algorithms/pipeline.ts';
import type { Dataset } from '../data/frame.ts';
import type { ModelAlgorithm, Parameters } from '../types.ts';

/** Something that can be fitted: one pipeline, or an average of several. Shares add up to 1. */
export interface Candidate {
  readonly algorithm: ModelAlgorithm;
  readonly members: readonly { readonly spec: PipelineSpec; readonly share: number }[];
}

export function singleCandidate(spec: PipelineSpec): Candidate {
  return { algorithm: spec.algorithm.name, members: [{ spec, share: 1 }] };
}

/** Fits every member on the rows of `dataset`. */
export function fitCandidate(candidate: Candidate, dataset: Dataset, context: FitContext): PipelineFit {
  return combineFits(
    candidate,
    candidate.members.map(({ spec }) => fitPipeline(spec, dataset, context)),
  );
}

/** What the candidate is, given fits of its members in order. */
function combineFits(candidate: Candidate, fits: readonly PipelineFit[]): PipelineFit {
  if (fits.length === 1) return fits[0];
  const members = candidate.members.map(({ spec, share }, index) => {
    return { algorithm: spec.algorithm.name, share, fitted: fits[index].fitted };
  });
  return {
    fitted: blendPipelines(members),
    parameters: blendParameters(
      candidate,
      fits.map((fit) => fit.parameters),
    ),
    loss: fits.find((fit) => fit.loss)?.loss,
  };
}

/** Parameters as given; those of a blend are prefixed by the algorithm (numbered from the second), with its share. */
export function candidateParameters(candidate: Candidate): Parameters {
  if (candidate.members.length === 1) return candidate.members[0].spec.parameters;
  return blendParameters(
    candidate,
    candidate.members.map(({ spec }) => spec.parameters),
  );
}

function blendParameters(candidate: Candidate, parameters: readonly Parameters[]): Parameters {
  const counts = new Map<string, number>();
  const entries = candidate.members.flatMap(({ spec, share }, index) => {
    const count = (counts.get(spec.algorithm.name) ?? 0) + 1;
    counts.set(spec.algorithm.name, count);
    const name = count === 1 ? spec.algorithm.name : `${spec.algorithm.name}_${count}`;
    const own = Object.entries(parameters[index]).map(([key, value]) => [`${name}.${key}`, value] as const);
    return [[`${name}.share`, share] as const, ...own];
  });
  return Object.fromEntries(entries);
}
