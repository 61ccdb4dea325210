import { randomUUID } from 'node:crypto';
import type { Datakit } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { Reach } from '#platform/faults';
import type { Caller, Change } from '#platform/http';
import type { JobDefinition, Jobs } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import type { Logger } from '#platform/log';
import type { VirusScan } from '#platform/virus-scan';
import type { ProfilePayload } from './datakits.jobs.ts';
import { datakitAt, datakitView, foundIn } from './datakits.reading.ts';
import { demandSuccession } from './datakits.succession.ts';
import { insertDatakit } from './datakits.store.ts';
import type { Arrival } from './datakits.upload.ts';
import { insertNextVersion } from './datakits.versions.store.ts';

export interface KeepDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly profileJob: JobDefinition<ProfilePayload>;
  readonly reach: Reach;
  readonly scan: VirusScan;
  readonly log: Logger;
}

/** Has a file scanned before anybody sees it; what was found in it is told of. @throws AppError */
const scanned = async (
  { scan, log, objects }: KeepDeps,
  { tenantId, accountId }: Caller,
  change: Change,
  { file, fileName, intake }: Arrival,
): Promise<void> => {
  try {
    await scan.scan(typeof file === 'string' ? file : objects.localPath(file.key), fileName);
  } catch (error) {
    if (error instanceof AppError && error.code === 'VIRUS_FOUND') {
      const what = {
        fileName,
        sha256: intake.sha256,
        sizeBytes: intake.bytes,
        signature: error.details?.[0]?.message,
      };
      log.warn(
        { action: 'virus_found', stream: 'security', tenant_id: tenantId, account_id: accountId, ...what },
        'A virus was found in an upload',
      );
      await change.refused('upload.infected', what);
    }
    throw error;
  }
};

/** Stores a file that has arrived; what `record` makes of it is there with it, or neither is. */
const storing = async (
  { objects, reach }: KeepDeps,
  tenantId: string,
  { file, intake: { bytes, sha256 } }: Arrival,
  record: (commit: (tx: Tx) => Promise<string>) => Promise<Datakit>,
): Promise<Datakit> => {
  if (typeof file !== 'string')
    return record(async (tx) => {
      await objects.complete(tx, file, { bytes, sha256 });
      return file.id;
    });
  const original = await objects.put({ tenantId, category: 'uploads', file, bytes, sha256 });
  reach('upload.stored');
  try {
    const made = await record(async (tx) => {
      await objects.commit(tx, original);
      return original.id;
    });
    reach('upload.committed');
    return made;
  } catch (error) {
    await objects.discard(original).catch(() => {});
    throw error;
  }
};

/** What a version is told of its file. */
const ofFile = ({ fileName, intake }: Arrival) => ({
  status: 'PROCESSING' as const,
  format: intake.format,
  fileName,
  sizeBytes: intake.bytes,
  sha256: intake.sha256,
  intake,
});

export interface About {
  readonly name: string;
  readonly description: string;
  readonly sample?: string;
}

/** Makes a datakit of a file that has arrived: stored, visible and queued at one stroke, or not at all. */
export const createKeep =
  (deps: KeepDeps) =>
  async (caller: Caller, change: Change, arrival: Arrival, about: About): Promise<Datakit> => {
    const { tenantId, accountId } = caller;
    await scanned(deps, caller, change, arrival);
    return storing(deps, tenantId, arrival, (commit) =>
      change.tenant(async (tx) => {
        const [id, jobId] = [randomUUID(), randomUUID()];
        const originalObject = await commit(tx);
        const { name, description, sample = null } = about;
        await insertDatakit(
          tx,
          { tenantId, id, createdBy: accountId, sample, name, description },
          {
            ...ofFile(arrival),
            tenantId,
            datakitId: id,
            version: 1,
            originalObject,
            jobId,
            made: sample === null ? 'uploaded' : 'sample',
            createdBy: accountId,
          },
        );
        await deps.jobs.enqueue(tx, deps.profileJob, {
          tenantId,
          payload: { datakitId: id, version: 1 },
          id: jobId,
          subject: { type: 'datakit', id },
          createdBy: accountId,
        });
        const after = datakitView(await foundIn(tx, id));
        return { reply: after, after };
      }),
    );
  };

/** Makes a version of a file that has arrived, of an earlier one: stored, visible and queued, or not at all. */
export const createKeepVersion =
  (deps: KeepDeps) =>
  async (
    caller: Caller,
    change: Change,
    arrival: Arrival,
    of: { readonly datakitId: string; readonly version: number; readonly made: 'appended' | 'replaced' },
  ): Promise<Datakit> => {
    const { tenantId, accountId } = caller;
    await scanned(deps, caller, change, arrival);
    return storing(deps, tenantId, arrival, (commit) =>
      change.tenant(async (tx) => {
        const { datakitId, made } = of;
        const jobId = randomUUID();
        const before = datakitView(await foundIn(tx, datakitId));
        // A file in place of all rows leaves nothing out that it was to hold.
        if (made === 'appended') await demandSuccession(tx, datakitId, of.version);
        const originalObject = await commit(tx);
        const row = {
          ...ofFile(arrival),
          tenantId,
          datakitId,
          originalObject,
          jobId,
          made,
          createdBy: accountId,
        };
        const parent = { kind: 'datakit', id: datakitId, version: of.version } as const;
        const version = await insertNextVersion(tx, row, [parent]);
        if (version === undefined) throw notFound('datakit');
        await deps.jobs.enqueue(tx, deps.profileJob, {
          tenantId,
          payload: { datakitId, version },
          id: jobId,
          subject: { type: 'datakit', id: datakitId },
          createdBy: accountId,
        });
        const after = await datakitAt(tx, datakitId, version);
        return { reply: after, before, after };
      }),
    );
  };
