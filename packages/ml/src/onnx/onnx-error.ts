/** DAMAGED: not what its writer wrote. REFUSED: whole, but nothing that is run here. */
export type OnnxErrorCode = 'DAMAGED' | 'REFUSED';

/** A model file that is not taken, and why, as a sentence for a person. */
export class OnnxError extends Error {
  readonly code: OnnxErrorCode;

  constructor(code: OnnxErrorCode, message: string) {
    super(message);
    this.name = 'OnnxError';
    this.code = code;
  }
}

export function refused(message: string): OnnxError {
  return new OnnxError('REFUSED', message);
}
