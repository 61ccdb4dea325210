import { misfitsOf } from '@quadrax/contract/model-fit';
import type { Datakit, ModelVersion } from '@quadrax/contract';

/** Why a datakit cannot be predicted by a version; undefined where, as far as can be seen here, it can. */
export function unfitReason(
  datakit: Pick<Datakit, 'status' | 'columns'>,
  version: Pick<ModelVersion, 'features'>,
): string | undefined {
  if (datakit.status === 'PROCESSING') return 'Still being read';
  if (datakit.status === 'FAILED') return 'Could not be read';
  const misfits = misfitsOf(version.features, datakit.columns);
  const [first] = misfits;
  if (!first) return undefined;
  const more = misfits.length - 1;
  const sentence = first.message.replace(/^The column /, '').replace(/\.$/, '');
  return more === 0 ? sentence : `${sentence}, and ${more} more`;
}
