import type { Body, Canary, Deployment, Model, Reply, serving as routes } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { EventBus } from '#platform/events';
import type { Caller, Change } from '#platform/http';
import {
  deleteDeployments,
  listDeployments,
  setCanary,
  upsertDeployment,
} from './models.deployments.store.ts';
import type { DeploymentRow } from './models.deployments.store.ts';
import { findModel, findModelVersion, lockModel, updateModel } from './models.store.ts';
import type { ModelRecord } from './models.store.ts';
import { modelView } from './models.view.ts';

export interface DeploymentsService {
  list(tenantId: string, id: string): Promise<Deployment[]>;
  deploy(
    caller: Caller,
    change: Change,
    id: string,
    wanted: Body<typeof routes.deploy>,
    unchangedSince: readonly Date[] | undefined,
  ): Promise<Reply<typeof routes.deploy>>;
  undeploy(
    caller: Caller,
    change: Change,
    id: string,
    alias: string | undefined,
    unchangedSince: readonly Date[] | undefined,
  ): Promise<Model>;
}

/** More names than this for one model tell nobody anything. */
const mostAliases = 20;

const canaryOf = ({ canaryVersion, canaryShare }: DeploymentRow): Canary | undefined =>
  canaryVersion === null || canaryShare === null ? undefined : { version: canaryVersion, share: canaryShare };

export const deploymentView = (row: DeploymentRow): Deployment => {
  const canary = canaryOf(row);
  return {
    alias: row.alias,
    version: row.version,
    deployedAt: row.deployedAt.toISOString(),
    ...(canary && { canary }),
  };
};

/** What the audit log tells of an alias. */
const auditOf = (row: DeploymentRow | undefined): object => {
  const canary = row && canaryOf(row);
  return { deployedVersion: row?.version ?? null, ...(canary && { canary }) };
};

const conflict = (message: string): AppError => new AppError('CONFLICT', { message });

/** Who asks does not choose which version answers: a trial must not need what the version it is tried beside does not. */
const demandSameInputs = async (tx: Tx, id: string, served: number, tried: number): Promise<void> => {
  const [known, wanted] = [await findModelVersion(tx, id, served), await findModelVersion(tx, id, tried)];
  const names = new Set(known?.report.features.map(({ name }) => name));
  const missing = (wanted?.report.features ?? []).map(({ name }) => name).filter((name) => !names.has(name));
  if (missing.length === 0) return;
  const list = missing
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  throw conflict(
    `Version ${tried} needs ${list}${missing.length > 5 ? ' and more' : ''}, which version ${served} does not: a share of the requests would fail. Deploy it instead, or under another alias.`,
  );
};

export const createDeploymentsService = (deps: {
  readonly db: Database;
  readonly events: EventBus;
  /** This process sees what it did at once; the others hear of it. */
  readonly changed: (modelId: string) => void;
}): DeploymentsService => {
  const { db, events, changed } = deps;

  const telling = async <T>(id: string, work: Promise<T>): Promise<T> => {
    const reply = await work;
    changed(id);
    return reply;
  };

  const found = async (tx: Tx, id: string): Promise<ModelRecord> => {
    const record = await findModel(tx, id);
    if (!record) throw notFound('model');
    return record;
  };

  /** Locks the model and marks it as changed. @throws AppError NOT_FOUND, PRECONDITION_FAILED */
  const touch = async (tx: Tx, id: string, unchangedSince: readonly Date[] | undefined): Promise<void> => {
    if (!(await lockModel(tx, id))) throw notFound('model');
    if (!(await updateModel(tx, id, {}, unchangedSince))) throw new AppError('PRECONDITION_FAILED');
  };

  const tryOut = async (
    tx: Tx,
    id: string,
    served: DeploymentRow | undefined,
    { version, alias, canary = 0 }: Body<typeof routes.deploy>,
  ): Promise<void> => {
    if (!served)
      throw new AppError('NOT_DEPLOYED', {
        message: `Nothing is deployed as "${alias}" yet, so there is nothing to try a version beside. Deploy one without a canary first.`,
      });
    if (served.version === version)
      throw conflict(`Version ${version} is what "${alias}" serves already. Put another version on trial.`);
    await demandSameInputs(tx, id, served.version, version);
    await setCanary(tx, id, alias, { version, share: canary });
  };

  return {
    list: (tenantId, id) =>
      db.tenant(tenantId, async (tx) => {
        await found(tx, id);
        return (await listDeployments(tx, id)).map(deploymentView);
      }),
    deploy: ({ tenantId, accountId }, change, id, wanted, unchangedSince) =>
      telling(
        id,
        change.tenant(async (tx) => {
          const { version, alias } = wanted;
          await touch(tx, id, unchangedSince);
          if (!(await findModelVersion(tx, id, version))) throw notFound('version');
          const all = await listDeployments(tx, id);
          const before = all.find((row) => row.alias === alias);
          if (!before && all.length >= mostAliases)
            throw conflict(`A model has ${mostAliases} aliases at most. Take one out of service first.`);
          if (wanted.canary !== undefined) await tryOut(tx, id, before, wanted);
          else await upsertDeployment(tx, { tenantId, modelId: id, alias, version, deployedBy: accountId });
          const after = (await listDeployments(tx, id)).find((row) => row.alias === alias);
          if (!after) throw new Error('The deployment just made is not there.');
          const canary = canaryOf(after);
          const reply = { modelId: id, version: after.version, alias, ...(canary && { canary }) };
          await events.publish(tx, tenantId, 'model.deployed', reply);
          const { model } = await found(tx, id);
          return {
            reply: { ...reply, status: 'DEPLOYED' as const, updatedAt: model.updatedAt.toISOString() },
            before: auditOf(before),
            after: { alias, ...auditOf(after) },
          };
        }),
      ),
    undeploy: ({ tenantId }, change, id, alias, unchangedSince) =>
      telling(
        id,
        change.tenant(async (tx) => {
          const before = modelView(await found(tx, id));
          const aliases = (await listDeployments(tx, id)).map((row) => row.alias);
          await touch(tx, id, unchangedSince);
          if ((await deleteDeployments(tx, id, alias)) > 0)
            await events.publish(tx, tenantId, 'model.undeployed', {
              modelId: id,
              ...(alias !== undefined && { alias }),
            });
          const after = modelView(await found(tx, id));
          const left = (await listDeployments(tx, id)).map((row) => row.alias);
          return { reply: after, before: { ...before, aliases }, after: { ...after, aliases: left } };
        }),
      ),
  };
};
