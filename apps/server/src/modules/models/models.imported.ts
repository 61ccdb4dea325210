import type { OnnxSignature } from '@quadrax/ml/onnx';
import { TaskError } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import { AppError, invalid } from '#platform/errors';
import { predictOnnxTask } from './models.onnx.compute.ts';
import { WrongField } from './models.trained.serving.ts';
import type { ServedPredictor } from './models.trained.serving.ts';

/** What a person waits for at most, once it is the model's turn. */
const patienceMs = 10_000;

/**
 * The answer to what went wrong in the process that runs an imported model; undefined: a fault of ours.
 * @param field of the request, where none is told with what went wrong
 */
export const onnxRefusal = (error: unknown, what: string, field?: string): AppError | undefined => {
  if (!(error instanceof TaskError)) return undefined;
  const at = error.field ?? field;
  const refusal = (code: 'UNUSABLE_MODEL' | 'UNREADABLE_FILE', sentence: string) => {
    const message = `${what}: ${sentence}`;
    return new AppError(code, { message, ...(at !== undefined && { details: [{ field: at, message }] }) });
  };
  const told = (sentence: string) => refusal('UNUSABLE_MODEL', sentence);
  switch (error.code) {
    case 'NO_RUNTIME':
      return new AppError('UNAVAILABLE', { message: error.message });
    case 'DAMAGED':
      return refusal('UNREADABLE_FILE', error.message);
    case 'MISNAMED':
      return invalid(at ?? 'features', error.message);
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

/** Runs an imported model in a compute process, whose places shares take in turn: it harms nobody else. */
export const createImportedPredictor = (
  compute: ComputePool,
  { file, share }: { readonly file: string; readonly share: string },
  { schema, plan }: Pick<OnnxSignature, 'schema' | 'plan'>,
): ServedPredictor => ({
  schema,
  explain: () => {
    throw new AppError('CONFLICT', {
      message: 'A model that was imported is not explained: what it does inside is not known here.',
    });
  },
  predictRows: async (rows, { signal }) => {
    const input = { file, schema, plan, rows, memoryMb: compute.memoryMb };
    const answer = await compute
      .run(predictOnnxTask, input, {
        lane: 'interactive',
        share,
        signal,
        timeoutMs: patienceMs,
        retryFresh: true,
      })
      .catch((error: unknown) => {
        throw onnxRefusal(error, 'The model could not answer') ?? error;
      });
    if ('predictions' in answer) return answer.predictions;
    throw new WrongField(answer.wrong);
  },
});
