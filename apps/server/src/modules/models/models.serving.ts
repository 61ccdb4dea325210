import { readFile } from 'node:fs/promises';
import type { Deployment, ErrorDetail, Prediction } from '@quadrax/contract';
import { createPredictor, createRecordCheck, decodeModel } from '@quadrax/ml/tabular';
import type { Schema } from '@quadrax/ml/tabular';
import type { ComputePool } from '#platform/compute';
import { isUuid } from '#platform/db';
import type { Database } from '#platform/db';
import { AppError, invalid, notFound } from '#platform/errors';
import type { ObjectStore } from '#platform/objects';
import { isTried, recognised } from './models.canary.ts';
import { deploymentView } from './models.deployments.ts';
import { listDeployments } from './models.deployments.store.ts';
import { findGathered } from './models.gathered.store.ts';
import type { Watch } from './models.watch.serving.ts';
import { findModel, findModelsNamed, findModelVersion } from './models.store.ts';
import { createExplain } from './models.explain.serving.ts';
import { createImportedPredictor } from './models.imported.ts';
import { createLoaded } from './models.loaded.ts';
import { createTrainedPredictor, WrongField } from './models.trained.serving.ts';
import type { Asker, ServedPredictor } from './models.trained.serving.ts';
import type { Explain } from './models.explain.serving.ts';

const channel = 'quadrax_deployments';
/** Where the database says what cached reads are made of has changed. */
const changes = 'quadrax_cache';
/** Of a wrong request, this many problems are named. */
const mostDetails = 50;

export type ServedSchema = Schema;

/** A version that is kept ready. */
export interface Served {
  readonly version: number;
  readonly schema: ServedSchema;
  /**
   * @param many whether problems tell the row they are in
   * @throws AppError VALIDATION_FAILED naming every wrong field
   */
  answer(rows: readonly Row[], many: boolean, asker: Asker): Promise<Prediction[]>;
  readonly explain: Explain;
}

type Row = Readonly<Record<string, unknown>>;
type RecordCheck = ReturnType<typeof createRecordCheck>;

/** Which of the versions of a model shall answer. */
export interface Wanted {
  readonly version?: number | undefined;
  readonly alias?: string | undefined;
  /** Whom the rows are about: the same one always gets the same version. */
  readonly key?: string | undefined;
}

export interface Serving {
  /** Deployments of a model have changed: they are read anew. */
  forget(modelId: string): void;
  /** The id of the model that has an id or, alone, a name. @throws AppError NOT_FOUND, CONFLICT */
  idOf(tenantId: string, name: string): Promise<string>;
  /** @throws AppError NOT_FOUND */
  deployments(tenantId: string, modelId: string): Promise<readonly Deployment[]>;
  /**
   * The version that answers a request.
   * @param recognise what tells the request from others; asked only while a version is on trial and no key is given
   * @throws AppError NOT_FOUND, NOT_DEPLOYED, VALIDATION_FAILED
   */
  served(tenantId: string, modelId: string, wanted: Wanted, recognise: () => string): Promise<Served>;
  /** @throws as `served` and `answer`, and CONFLICT where it cannot explain */
  predict(
    tenantId: string,
    modelId: string,
    request: Wanted & { readonly inputs: Row | readonly Row[]; readonly explain: boolean },
    asker: Asker,
  ): Promise<{ version: number; predictions: Prediction[] }>;
}

const placeOf = (row: number, field: string, many: boolean): string =>
  many ? `inputs[${row}].${field}` : field;

const problemsOf = (check: RecordCheck, rows: readonly Row[], many: boolean): ErrorDetail[] => {
  const details: ErrorDetail[] = [];
  for (const [i, row] of rows.entries()) {
    for (const { field, message } of check(row)) details.push({ field: placeOf(i, field, many), message });
    if (details.length >= mostDetails) return details.slice(0, mostDetails);
  }
  return details;
};

const notDeployed = (message: string): AppError => new AppError('NOT_DEPLOYED', { message });

const refuseProblems = (details: readonly ErrorDetail[]): void => {
  const [first] = details;
  if (!first) return;
  const message =
    details.length === 1 ? first.message : `${first.message} (${details.length} problems in all)`;
  throw new AppError('VALIDATION_FAILED', { details, message });
};

/** The version that answers a request. @throws AppError NOT_DEPLOYED, VALIDATION_FAILED */
const versionFor = (
  deployed: readonly Deployment[],
  modelId: string,
  { version, alias, key }: Wanted,
  recognise: () => string,
): number => {
  if (version !== undefined && alias !== undefined)
    throw invalid('version', 'Ask for a version or for an alias, not for both.');
  const [first] = deployed;
  if (!first) throw new AppError('NOT_DEPLOYED');
  if (version !== undefined) {
    if (deployed.some((one) => one.version === version || one.canary?.version === version)) return version;
    throw notDeployed(`Version ${version} is not deployed. Deploy it under an alias first.`);
  }
  const chosen = alias === undefined ? first : deployed.find((one) => one.alias === alias);
  if (!chosen)
    throw notDeployed(`Nothing is deployed as "${alias}". Deploy a version under this alias first.`);
  const { canary } = chosen;
  const tried =
    canary && isTried(canary, `${modelId} ${chosen.alias}`, key === undefined ? recognise() : `key ${key}`);
  return tried ? canary.version : chosen.version;
};

/** Keeps what was found under a key, the oldest going first; what failed is forgotten. */
const remembering = <T>(most: number) => {
  const kept = new Map<string, Promise<T>>();
  return {
    kept,
    get: (key: string, load: () => Promise<T>): Promise<T> => {
      const known = kept.get(key);
      if (known) return known;
      if (kept.size >= most) kept.delete(kept.keys().next().value ?? '');
      const loading = load();
      kept.set(key, loading);
      loading.catch(() => kept.get(key) === loading && kept.delete(key));
      return loading;
    },
  };
};

const trainedPredictor = async (
  about: Parameters<typeof createExplain>[1],
  compute: ComputePool,
): Promise<ServedPredictor> => {
  const model = decodeModel(await readFile(about.artifact));
  return createTrainedPredictor(createPredictor(model), createExplain(model, about, compute));
};

/**
 * Deployed versions, compiled and kept in the process. The database says when a deployment changes; while it cannot be
 * heard, every prediction asks. A version itself never changes.
 */
export const createServing = async (
  db: Database,
  objects: ObjectStore,
  compute: ComputePool,
  watch: Watch,
  cacheBytes: number,
): Promise<Serving> => {
  const deployments = remembering<readonly Deployment[]>(1000);
  const versions = createLoaded<Served>(cacheBytes);
  const forget = (modelId: string): void => {
    for (const key of deployments.kept.keys()) if (key.endsWith(modelId)) deployments.kept.delete(key);
  };
  await db.listener.listen(channel, forget);
  db.listener.onReconnect(() => deployments.kept.clear());

  const names = remembering<string>(1000);
  await db.listener.listen(changes, (payload) => {
    const { tenant, of } = JSON.parse(payload) as { tenant: string; of: string };
    if (of !== 'models') return;
    for (const key of names.kept.keys()) if (key.startsWith(tenant)) names.kept.delete(key);
  });
  db.listener.onReconnect(() => names.kept.clear());

  const readId = (tenantId: string, name: string): Promise<string> =>
    db.tenant(tenantId, async (tx) => {
      if (isUuid(name) && (await findModel(tx, name))) return name;
      const [id, another] = await findModelsNamed(tx, name);
      if (id === undefined) throw notFound('model');
      if (another === undefined) return id;
      throw new AppError('CONFLICT', {
        message: `Several models are called "${name}". Ask for one by its id.`,
      });
    });

  const readDeployments = (tenantId: string, modelId: string): Promise<readonly Deployment[]> =>
    db.tenant(tenantId, async (tx) => {
      if (!(await findModel(tx, modelId))) throw notFound('model');
      return (await listDeployments(tx, modelId)).map(deploymentView);
    });

  const deployedOf = (tenantId: string, modelId: string): Promise<readonly Deployment[]> => {
    if (db.listener.connected)
      return deployments.get(`${tenantId}/${modelId}`, () => readDeployments(tenantId, modelId));
    deployments.kept.clear();
    return readDeployments(tenantId, modelId);
  };

  const compile = async (
    tenantId: string,
    modelId: string,
    version: number,
    weigh: (bytes: number) => void,
  ): Promise<Served> => {
    const { object, row, gathered } = await db.tenant(tenantId, async (tx) => {
      const found = await findModelVersion(tx, modelId, version);
      if (!found) throw new AppError('NOT_DEPLOYED');
      return {
        object: await objects.find(tx, found.artifactObject),
        row: found,
        gathered: found.report.onnx ? await findGathered(tx, { modelId, version }) : undefined,
      };
    });
    const file = objects.localPath(object.key);
    const { onnx } = row.report;
    // Imported models are loaded by compute processes, not by this one.
    if (!onnx) weigh(object.bytes);
    const predictor = onnx
      ? createImportedPredictor(compute, { file, share: tenantId }, onnx)
      : await trainedPredictor({ artifact: file, version, share: tenantId }, compute);
    const { schema, explain, predictRows } = predictor;
    const check = createRecordCheck(schema);
    const reference = row.reference ?? gathered?.reference ?? null;
    const imported = onnx !== undefined;
    const watched = watch.of({ tenantId, modelId, version, schema, reference, imported });
    return {
      version,
      schema,
      explain,
      answer: async (rows, many, asker) => {
        const started = performance.now();
        let predictions: Prediction[] | undefined;
        try {
          refuseProblems(problemsOf(check, rows, many));
          predictions = await predictRows(rows, asker, watched.tally);
          watched.seen?.(rows, predictions);
          return predictions;
        } catch (error) {
          if (!(error instanceof WrongField)) throw error;
          throw invalid(placeOf(error.row, error.field, many), error.message);
        } finally {
          watched.done(performance.now() - started, predictions?.length ?? 0, !predictions);
        }
      },
    };
  };

  const served: Serving['served'] = async (tenantId, modelId, wanted, recognise) => {
    const version = versionFor(await deployedOf(tenantId, modelId), modelId, wanted, recognise);
    return versions.get(`${tenantId}/${modelId}/${version}`, (weigh) =>
      compile(tenantId, modelId, version, weigh),
    );
  };

  return {
    forget,
    idOf: (tenantId, name) =>
      db.listener.connected
        ? names.get(`${tenantId}/${name}`, () => readId(tenantId, name))
        : readId(tenantId, name),
    deployments: deployedOf,
    served,
    predict: async (tenantId, modelId, { inputs, explain, ...wanted }, asker) => {
      const many = Array.isArray(inputs);
      const rows = (many ? inputs : [inputs]) as readonly Row[];
      const chosen = await served(tenantId, modelId, wanted, () => recognised(rows));
      const explained = explain ? chosen.explain(rows, asker.signal) : undefined;
      const predictions = await chosen.answer(rows, many, asker);
      return {
        version: chosen.version,
        predictions: explained ? await explained(predictions) : predictions,
      };
    },
  };
};
