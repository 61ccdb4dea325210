import { TabularError } from '../errors.ts';

/** `reason` says what it is about the model, as the end of a sentence. */
export function notExportable(reason: string): TabularError {
  const message = `This model cannot be written as ONNX: ${reason}. Export it as JSON, or train another algorithm.`;
  return new TabularError('NOT_EXPORTABLE', message);
}
