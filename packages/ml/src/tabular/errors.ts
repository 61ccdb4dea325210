/** Everything this package refuses, as a closed union. */
export type TabularErrorCode =
  | 'UNKNOWN_COLUMN'
  | 'INVALID_TABLE'
  | 'INVALID_TARGET'
  | 'INVALID_OPTION'
  | 'INVALID_PARAMETER'
  | 'INVALID_WEIGHTS'
  | 'NO_ROWS'
  | 'NO_FEATURES'
  | 'TOO_FEW_ROWS'
  | 'SINGLE_CLASS'
  | 'TOO_MANY_CLASSES'
  | 'ABORTED'
  | 'ARTIFACT_DAMAGED'
  | 'ARTIFACT_UNSUPPORTED'
  | 'NOT_EXPORTABLE';

/** The one error type of this package. `field` names the column or option at fault, where there is one. */
export class TabularError extends Error {
  readonly code: TabularErrorCode;
  readonly field: string | undefined;

  constructor(code: TabularErrorCode, message: string, field?: string) {
    super(message);
    this.name = 'TabularError';
    this.code = code;
    this.field = field;
  }
}
