import type { ReadCaching } from '@quadrax/contract';

/**
 * Which cached reads are made of a table. Its triggers (`notify_cache`) say the same to the other processes; a test holds
 * the two against each other.
 */
export const outdatedBy: Readonly<Record<string, readonly ReadCaching['of'][]>> = {
  // Versions of models bear the names of their datakits.
  datakits: ['datakits', 'models'],
  datakit_versions: ['datakits'],
  deployments: ['models'],
  model_versions: ['models'],
  models: ['models'],
};
