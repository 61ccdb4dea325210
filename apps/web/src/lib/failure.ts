import { QuadraxError } from '@quadrax/client';
import type { QuadraxErrorCode } from '@quadrax/client';

/** A refused or failed call as pages show it. */
export type Failure = Pick<QuadraxError, 'message' | 'details' | 'requestId'> & {
  /** Undefined: it failed on this page, not at the server. */
  readonly code?: QuadraxErrorCode;
};

const ownFailure = (message: string): Failure => ({ message, details: [], requestId: undefined });

/** Any thrown value in words a person can act on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof QuadraxError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') {
    return ownFailure('The request was stopped.');
  }
  return ownFailure(error instanceof Error ? error.message : 'Something failed on this page. Reload it.');
}

/** Whether the server did not answer at all. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof QuadraxError && error.code === 'UNREACHABLE';
