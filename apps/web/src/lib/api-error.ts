import type { ErrorCode, ErrorDetail } from '@quadrax/contract';

/** What a call can fail with: the server's own codes, and what happens before it can answer. */
export type FailureCode = ErrorCode | 'OFFLINE' | 'ABORTED' | 'UNEXPECTED_REPLY';

/** A refused or failed call, in words a person can act on. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: FailureCode;
  readonly status: number;
  readonly details: readonly ErrorDetail[];
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(init: {
    code: FailureCode;
    message: string;
    status?: number;
    details?: readonly ErrorDetail[];
    requestId?: string | undefined;
    retryAfterSeconds?: number | undefined;
  }) {
    super(init.message);
    this.code = init.code;
    this.status = init.status ?? 0;
    this.details = init.details ?? [];
    this.requestId = init.requestId;
    this.retryAfterSeconds = init.retryAfterSeconds;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const detailsOf = (value: unknown): ErrorDetail[] =>
  Array.isArray(value)
    ? value.filter(
        (item): item is ErrorDetail =>
          isRecord(item) && typeof item.field === 'string' && typeof item.message === 'string',
      )
    : [];

/**
 * The error a reply stands for.
 * @param status the HTTP status
 * @param body the parsed body, of any shape: a proxy in between may answer with its own
 */
export function errorFromReply(status: number, body: unknown, headers?: Pick<Headers, 'get'>): ApiError {
  const retryAfter = Number(headers?.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : undefined;
  if (isRecord(body) && typeof body.error === 'string' && typeof body.code === 'string') {
    return new ApiError({
      code: body.code as ErrorCode,
      message: body.error,
      status,
      details: detailsOf(body.details),
      requestId: typeof body.requestId === 'string' ? body.requestId : undefined,
      retryAfterSeconds,
    });
  }
  const gateway = status === 502 || status === 503 || status === 504;
  return new ApiError({
    code: gateway ? 'UNAVAILABLE' : 'UNEXPECTED_REPLY',
    message: gateway
      ? 'The server cannot be reached behind its proxy. Try again shortly.'
      : `The server answered ${status} in a form this page does not know. Reload the page; it may be older than the server.`,
    status,
    retryAfterSeconds,
  });
}

/** The error of a call that got no answer at all. */
export const offlineError = (): ApiError =>
  new ApiError({
    code: 'OFFLINE',
    message: 'The server did not answer. Check the connection, then try again.',
  });

/** Any thrown value as an ApiError, for pages that show it. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') {
    return new ApiError({ code: 'ABORTED', message: 'The request was stopped.' });
  }
  return new ApiError({
    code: 'UNEXPECTED_REPLY',
    message: error instanceof Error ? error.message : 'Something failed on this page. Reload it.',
  });
}
