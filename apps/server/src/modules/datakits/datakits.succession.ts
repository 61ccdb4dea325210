import type { Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import { holdDatakit, versionUnderWay } from './datakits.versions.store.ts';

/**
 * Locks a datakit for the rest of the transaction, so that a version that goes on from `base` may follow: it would
 * leave out what another has brought meanwhile, or is about to bring. Without a base, whoever asks has named an
 * earlier version.
 * @throws AppError NOT_FOUND, CONFLICT
 */
export const demandSuccession = async (tx: Tx, datakitId: string, base?: number): Promise<void> => {
  const held = await holdDatakit(tx, datakitId);
  if (!held) throw notFound('datakit');
  const underWay = await versionUnderWay(tx, datakitId, held.current);
  if (underWay !== undefined)
    throw new AppError('CONFLICT', {
      message: `Version ${underWay} of the datakit is still being made. Send this again when that is done.`,
      retryAfter: 1,
    });
  if (base !== undefined && base !== held.current)
    throw new AppError('CONFLICT', {
      message: `This goes on from version ${base} of the datakit, but version ${held.current} has become the current one. Send it again.`,
      retryAfter: 1,
    });
};
