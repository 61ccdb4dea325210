import type { components } from './generated/schema.ts';

type ErrorReply = components['schemas']['Error'];

/** The server's own codes, and what happens before it can answer. */
export type QuadraxErrorCode = ErrorReply['code'] | 'UNREACHABLE' | 'UNEXPECTED_REPLY' | 'JOB_FAILED';
export type ErrorDetail = NonNullable<ErrorReply['details']>[number];

interface ErrorInit {
  readonly status?: number;
  readonly code: QuadraxErrorCode;
  readonly message: string;
  readonly details?: readonly ErrorDetail[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** A call that was refused or failed. `message` is a sentence for a person, `code` is for programs. */
export class QuadraxError extends Error {
  override readonly name: string = 'QuadraxError';
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly code: QuadraxErrorCode;
  /** What is wrong with which field of the request. */
  readonly details: readonly ErrorDetail[];
  /** Finds the request in the server's log. */
  readonly requestId: string | undefined;
  /** When trying again makes sense, where the server said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(init: ErrorInit) {
    super(init.message, { cause: init.cause });
    this.status = init.status ?? 0;
    this.code = init.code;
    this.details = init.details ?? [];
    this.requestId = init.requestId;
    this.retryAfterSeconds = init.retryAfterSeconds;
  }
}

const isErrorReply = (body: unknown): body is ErrorReply =>
  typeof body === 'object' &&
  body !== null &&
  'code' in body &&
  typeof body.code === 'string' &&
  'error' in body &&
  typeof body.error === 'string';

const retryAfterOf = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
};

/** What an answer that is no success says; `body` may be of any shape, as a proxy in between answers in its own. */
export const errorOf = (response: Response, body: unknown): QuadraxError => {
  const { status } = response;
  const retryAfterSeconds = retryAfterOf(response);
  if (isErrorReply(body)) {
    const { code, error, details, requestId } = body;
    return new QuadraxError({ status, code, message: error, details, requestId, retryAfterSeconds });
  }
  const gateway = status >= 502 && status <= 504;
  return new QuadraxError({
    status,
    code: gateway ? 'UNAVAILABLE' : 'UNEXPECTED_REPLY',
    message: gateway
      ? 'The server cannot be reached behind its proxy. Try again shortly.'
      : `The address answered ${status} in a form that Quadrax does not use. Check that it is the address of a Quadrax server.`,
    retryAfterSeconds,
  });
};

/** Where the page comes from, in a browser. */
export const pageOrigin = (): string | undefined =>
  (globalThis as { location?: { origin: string } }).location?.origin;

/** A call that got no answer. Stopping it by its signal is not such a failure and passes through. */
export const unreachable = (address: string, cause: unknown): unknown =>
  cause instanceof DOMException && (cause.name === 'AbortError' || cause.name === 'TimeoutError')
    ? cause
    : new QuadraxError({
        code: 'UNREACHABLE',
        message:
          address === pageOrigin()
            ? 'The server does not answer. Check the connection, then try again.'
            : `The server at ${address} does not answer. Check the address and that the server runs.`,
        cause,
      });
