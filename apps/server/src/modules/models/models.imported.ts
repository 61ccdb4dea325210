import type { OnnxSignature } from '@quadrax/ml/onnx';
import { TaskError } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import { AppError } from '#platform/errors';
import { predictOnnxTask } from './models.onnx.compute.ts';
import type { ServedPredictor } from './models.trained.serving.ts';

/** What a person waits for at most, once it is the model's turn. */
const patienceMs = 10_000;

/** The answer to what went wrong in the process that runs an imported model; undefined: a fault of ours. */
export const onnxRefusal = (error: unknown, what: string): AppError | undefined => {
  if (!(error instanceof TaskError)) return undefined;
  const told = (message: string) => new AppError('UNUSABLE_MODEL', { message: `${what}: ${message}` });
  switch (error.code) {
    case 'NO_RUNTIME':
      return new AppError('UNAVAILABLE', { message: error.message });
    case 'DAMAGED':
      return new AppError('UNREADABLE_FILE', { message: `${what}: ${error.message}` });
    case 'REFUSED':
    case 'TIMEOUT':
      return told(error.message);
    case 'MEMORY':
      return told('It needs more memory than a compute process may use. See COMPUTE_MEMORY_MB.');
    case 'DIED':
      return told('It ended the process that ran it.');
    default:
      return undefined;
  }
};

/** Runs an imported model in a compute process: what it does there harms nobody else. */
export const createImportedPredictor = (
  compute: ComputePool,
  file: string,
  { schema, plan }: Pick<OnnxSignature, 'schema' | 'plan'>,
): ServedPredictor => ({
  schema,
  explain: () => {
    throw new AppError('CONFLICT', {
      message: 'A model that was imported is not explained: what it does inside is not known here.',
    });
  },
  predictRows: async (rows, signal) => {
    try {
      return await compute.run(
        predictOnnxTask,
        { file, schema, plan, rows, memoryMb: compute.memoryMb },
        { lane: 'interactive', signal, timeoutMs: patienceMs, retryFresh: true },
      );
    } catch (error) {
      throw onnxRefusal(error, 'The model could not answer') ?? error;
    }
  },
});
