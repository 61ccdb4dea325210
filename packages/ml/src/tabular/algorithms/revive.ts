import { createDocuments, type Documents } from '../data/documents.ts';
import { TabularError } from '../errors.ts';
import type { FeatureSchema, FittedPipeline, State } from '../types.ts';
import { blendPipelines, type BlendMember } from './blend.ts';
import { joinPipeline } from './pipeline.ts';
import { registry } from './registry.ts';

/** The pipeline whose `state()` this is. Throws `ARTIFACT_DAMAGED` or `ARTIFACT_UNSUPPORTED`. */
export function revivePipeline(
  algorithm: string,
  state: State,
  features: readonly FeatureSchema[],
  documents: Documents = createDocuments(),
): FittedPipeline {
  if (algorithm === 'blend') return reviveBlend(state, features, documents);
  if (!isRegistered(algorithm)) {
    const message = `This version knows no algorithm ${algorithm}. Use a newer one to open the model.`;
    throw new TabularError('ARTIFACT_UNSUPPORTED', message);
  }
  const { preprocessor, estimator } = fieldsOf(state);
  const known = registry[algorithm];
  const fitted = known.preprocessor.revive(preprocessor, features, documents);
  return joinPipeline(fitted, known.estimator.revive(estimator), documents);
}

function reviveBlend(state: State, features: readonly FeatureSchema[], documents: Documents): FittedPipeline {
  const { members, shares } = fieldsOf(state);
  if (!Array.isArray(members) || !(shares instanceof Float64Array) || members.length !== shares.length) {
    throw damaged();
  }
  return blendPipelines(
    members.map((member: State, index): BlendMember => {
      const { algorithm, state: own } = fieldsOf(member);
      if (typeof algorithm !== 'string' || !isRegistered(algorithm)) throw damaged();
      return { algorithm, share: shares[index], fitted: revivePipeline(algorithm, own, features, documents) };
    }),
  );
}

function isRegistered(name: string): name is keyof typeof registry {
  return Object.hasOwn(registry, name);
}

function fieldsOf(state: State): Record<string, State> {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) throw damaged();
  return state as Record<string, State>;
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid pipeline.');
}
