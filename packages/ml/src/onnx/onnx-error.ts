/**
 * DAMAGED: not what its writer wrote. REFUSED: whole, but nothing that is run here. MISNAMED: the names that a person
 * gave cannot be names.
 */
export type OnnxErrorCode = 'DAMAGED' | 'REFUSED' | 'MISNAMED';

/** What is at fault: the file, or what a person said of it. */
export type OnnxField = 'model' | 'features' | 'classes';

/** A model file that is not taken, and why, as a sentence for a person. */
export class OnnxError extends Error {
  readonly code: OnnxErrorCode;
  readonly field: OnnxField;

  constructor(code: OnnxErrorCode, message: string, field: OnnxField = 'model') {
    super(message);
    this.name = 'OnnxError';
    this.code = code;
    this.field = field;
  }
}

export function refused(message: string, field?: OnnxField): OnnxError {
  return new OnnxError('REFUSED', message, field);
}
