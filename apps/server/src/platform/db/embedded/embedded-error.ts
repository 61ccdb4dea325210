/** Why the embedded PostgreSQL could not be provided. */
export type EmbeddedFailure =
  | 'in-use'
  | 'unreachable-folder'
  | 'foreign-owner'
  | 'unsupported'
  | 'version-mismatch'
  | 'damaged-cluster'
  | 'initdb-failed'
  | 'start-failed';

/** A failure an operator can act on: the message says what is wrong, where, and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly reason: EmbeddedFailure;

  constructor(reason: EmbeddedFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The system error code (`ENOENT`, `EACCES`, …) of a thrown value, if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The message of a thrown value. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
