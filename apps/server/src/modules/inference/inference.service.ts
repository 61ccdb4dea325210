import type { InferenceRequest, InferenceResponse, ModelMetadata } from '@quadrax/contract';
import { AppError, notFound } from '#platform/errors';
import type { Asker, Serving, Wanted } from '#modules/models';
import { inputMetadata, outputMetadata, outputsOf, responseOutputs, rowsOf } from './inference.tensors.ts';

/** A model as an address names it. */
export interface Addressed {
  readonly name: string;
  readonly version?: string;
}

export interface InferenceService {
  server(): Promise<{ name: string; version: string; extensions: string[] }>;
  live(): Promise<{ live: boolean }>;
  /** @throws AppError UNAVAILABLE */
  ready(): Promise<{ live: boolean; ready: boolean }>;
  /** @throws AppError NOT_FOUND, NOT_DEPLOYED, CONFLICT where several models have the name */
  metadata(tenantId: string, model: Addressed): Promise<ModelMetadata>;
  modelReady(tenantId: string, model: Addressed): Promise<{ name: string; ready: boolean }>;
  /** @throws as `metadata`, and AppError VALIDATION_FAILED */
  infer(
    tenantId: string,
    model: Addressed,
    request: InferenceRequest,
    asker: Asker,
  ): Promise<InferenceResponse>;
}

const numberOf = ({ version }: Addressed): { version?: number } => {
  if (version === undefined) return {};
  if (!/^[1-9]\d{0,5}$/.test(version)) throw notFound('version');
  return { version: Number(version) };
};

const textIn = (parameters: InferenceRequest['parameters'], name: 'alias' | 'key'): object => {
  const value = parameters?.[name];
  return value === undefined ? {} : { [name]: String(value) };
};

/** The Open Inference Protocol on what is deployed. */
export const createInferenceService = (deps: {
  readonly serving: Serving;
  readonly version: string;
  readonly ready: () => boolean;
}): InferenceService => {
  const { serving, version, ready } = deps;

  const found = async (tenantId: string, model: Addressed, wanted: Wanted = {}, recognise = () => '') => {
    const id = await serving.idOf(tenantId, model.name);
    const served = await serving.served(tenantId, id, { ...wanted, ...numberOf(model) }, recognise);
    return { id, served };
  };

  return {
    server: async () => ({ name: 'quadrax', version, extensions: [] }),
    live: async () => ({ live: true }),
    ready: async () => {
      if (!ready()) throw new AppError('UNAVAILABLE', { retryAfter: 1 });
      return { live: true, ready: true };
    },
    metadata: async (tenantId, model) => {
      const { id, served } = await found(tenantId, model);
      const deployed = await serving.deployments(tenantId, id);
      const versions = deployed.flatMap(({ version: own, canary }) =>
        canary ? [own, canary.version] : [own],
      );
      return {
        name: model.name,
        versions: [...new Set(versions)].toSorted((a, b) => a - b).map(String),
        platform: 'quadrax_tabular',
        inputs: inputMetadata(served.schema),
        outputs: outputMetadata(served.schema),
      };
    },
    modelReady: async (tenantId, model) => {
      await found(tenantId, model);
      return { name: model.name, ready: true };
    },
    infer: async (tenantId, model, { id, inputs, outputs, parameters }, asker) => {
      const wanted = { ...textIn(parameters, 'alias'), ...textIn(parameters, 'key') };
      const { served } = await found(tenantId, model, wanted, () => JSON.stringify(inputs));
      const asked = outputsOf(outputs, served.schema);
      const predictions = await served.answer(rowsOf(inputs, served.schema), true, asker);
      return {
        model_name: model.name,
        model_version: String(served.version),
        ...(id !== undefined && { id }),
        outputs: responseOutputs(asked, predictions, served.schema),
      };
    },
  };
};
