import { errorCodes } from '@quadrax/contract';
import type { ErrorCode, ErrorDetail } from '@quadrax/contract';

interface AppErrorOptions {
  readonly message?: string;
  readonly details?: readonly ErrorDetail[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** Fields of the head of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The one error that carries a meaning to a client. Anything else that is thrown is a fault of ours: 500. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? errorCodes[code][1], { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return errorCodes[this.code][0];
  }
}

/** A 400 that names one field. */
export const invalid = (field: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { message, details: [{ field, message }] });

export const notFound = (what: string): AppError =>
  new AppError('NOT_FOUND', { message: `There is no such ${what}.` });
