import { TabularError } from '../errors.ts';

/** `reason` says what it is about the model, as the end of a sentence; `instead`, what to do about it. */
export function notExportable(reason: string, instead = 'train another algorithm'): TabularError {
  const message = `This model cannot be written as ONNX: ${reason}. Export it as JSON, or ${instead}.`;
  return new TabularError('NOT_EXPORTABLE', message);
}
