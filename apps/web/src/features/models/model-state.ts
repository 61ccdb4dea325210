import type { Job, Model } from '@quadrax/contract';
import { plural } from '#lib/format.ts';
import { formatMetric, metricLabel } from '#lib/words.ts';

/** The state of a model in plain words, with what matters next. */
export function modelSentence(model: Model, versions: number | undefined): string {
  const about = [
    model.target === undefined ? undefined : `predicts ${model.target}`,
    metricWords(model),
    versions === undefined || versions === 0 ? undefined : plural(versions, 'version'),
  ].filter((part) => part !== undefined);
  return [stateWords(model), ...about].join(' · ');
}

/** The figure of the newest version, which it is said to be of where another one is deployed. */
function metricWords({ metric, status, deployedVersion, latestVersion }: Model): string | undefined {
  if (!metric) return undefined;
  const words = `${metricLabel(metric.name)} ${formatMetric(metric.name, metric.value)}`;
  const other = status === 'DEPLOYED' && deployedVersion !== latestVersion;
  return other ? `${words} of version ${latestVersion ?? '?'}` : words;
}

function stateWords(model: Model): string {
  if (model.status === 'TRAINING') return 'Training';
  if (model.status === 'DEPLOYED') return `Version ${model.deployedVersion ?? '?'} is deployed`;
  if (model.status === 'FAILED') return 'The last training failed';
  return model.status === 'TRAINED' ? 'Trained, not deployed' : 'Draft, not trained yet';
}

/**
 * What a training that ended badly says; undefined while it runs or when it went well.
 * @param latest when the newest version was trained: what failed before that is past
 */
export function trainingFailure(job: Job | undefined, latest?: string): string | undefined {
  if (!job || (latest !== undefined && Date.parse(job.createdAt) <= Date.parse(latest))) return undefined;
  if (job.status === 'FAILED') {
    return job.error?.message ?? 'The training failed without a reason. Its log may tell more.';
  }
  // Who stopped a training knows it; only a model that has nothing else to show says so.
  const bare = job.status === 'CANCELLED' && latest === undefined;
  return bare ? 'The training was cancelled. No version was made.' : undefined;
}
