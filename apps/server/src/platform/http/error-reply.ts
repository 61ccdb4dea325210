import { errorCodes } from '@quadrax/contract';
import type { ErrorCode, ErrorReply, InferenceError } from '@quadrax/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { AppError } from '../errors/index.ts';
import { watchMethods } from './methods.ts';
import { sendPage } from './web-page.ts';
import type { WebPage } from './web-page.ts';

/** What Fastify's own refusals mean in our words. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'TOO_LARGE',
  FST_REQ_FILE_TOO_LARGE: 'TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_BODY',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_BODY',
  FST_ERR_BAD_URL: 'NOT_FOUND',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
  FST_ERR_NOT_FOUND: 'NOT_FOUND',
};

const fieldOf = (path: string, context: string | undefined): string => {
  const field = path.replace(/^\//, '').replaceAll('/', '.');
  if (field !== '') return field;
  return context === 'querystring' ? 'query' : (context ?? 'body');
};

const asAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.map((issue) => ({
      field: fieldOf(issue.instancePath, error.validationContext),
      message: issue.message ?? 'This is not valid.',
    }));
    const first = details[0];
    return new AppError('VALIDATION_FAILED', {
      details,
      ...(first && {
        message:
          details.length === 1
            ? `${first.field}: ${first.message}`
            : `${details.length} fields are not valid.`,
      }),
    });
  }
  const known = error instanceof Error && 'code' in error ? frameworkCodes[String(error.code)] : undefined;
  if (known) return new AppError(known, { cause: error });
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500)
    return new AppError(status === 413 ? 'TOO_LARGE' : 'MALFORMED_BODY', { cause: error });
  return new AppError('INTERNAL', { cause: error });
};

const causeOf = (error: AppError): string | undefined =>
  error.cause instanceof Error ? error.cause.message : undefined;

export const errorReply = (error: AppError, requestId: string, showCause: boolean): ErrorReply => {
  const cause = showCause ? causeOf(error) : undefined;
  return {
    success: false,
    error: error.code === 'INTERNAL' ? errorCodes.INTERNAL[1] : error.message,
    code: error.code,
    requestId,
    ...(error.details && { details: [...error.details] }),
    ...(cause !== undefined && { cause }),
  };
};

/** Everything that is wrong in one text, since the protocol has room for no more; each problem names its place. */
const inferenceError = (error: AppError, requestId: string): InferenceError => {
  const { error: sentence, details } = errorReply(error, requestId, false);
  const named = (details ?? []).map(({ field, message }) =>
    message.includes(field) ? message : `${field}: ${message}`,
  );
  return { error: named.length > 0 ? named.slice(0, 10).join(' ') : sentence };
};

/** Where the Open Inference Protocol lays down the shape of a refusal. */
const openInference = /^\/v2(?=[/?]|$)/;

/** The question whether a model is ready: the protocol has an answer for no, and clients go by the status or by that. */
const readiness = /^\/v2\/models\/([^/?]+)(?:\/versions\/[^/?]+)?\/ready(?=[?]|$)/;

const inferenceRefusal = (
  error: AppError,
  { id, url }: Pick<FastifyRequest, 'id' | 'url'>,
): InferenceError => {
  const name = error.code === 'NOT_DEPLOYED' ? readiness.exec(url)?.[1] : undefined;
  return {
    ...(name !== undefined && { name: decodeURIComponent(name), ready: false as const }),
    ...inferenceError(error, id),
  };
};

export type SendError = (
  given: unknown,
  request: Pick<FastifyRequest, 'id' | 'log' | 'url'>,
  reply: FastifyReply,
) => FastifyReply;

/** The one place where errors become answers. */
export const errorSender =
  (showCause: boolean): SendError =>
  (given, request, reply) => {
    const error = asAppError(given);
    // Whoever went away needs no answer, and what was given up for them is no fault; nor is what nobody set up.
    if (error.status >= 500 && error.code !== 'NOT_CONFIGURED' && !reply.raw.destroyed)
      request.log.error(
        { err: error.cause ?? error, code: error.code, request_id: request.id },
        'A request failed',
      );
    if (error.retryAfter !== undefined) reply.header('Retry-After', String(Math.ceil(error.retryAfter)));
    reply.headers(error.headers);
    if (error.status === 401) reply.header('WWW-Authenticate', 'Bearer');
    const body = openInference.test(request.url)
      ? inferenceRefusal(error, request)
      : errorReply(error, request.id, showCause);
    return reply.status(error.status).type('application/json').send(JSON.stringify(body));
  };

/** Answers with our errors, also where no route matches. `page` is what a browser gets there. */
export const addErrorHandler = (
  app: FastifyInstance,
  send: SendError,
  page: (request: FastifyRequest) => WebPage | undefined,
): void => {
  const methodsAt = watchMethods(app);
  app.setErrorHandler(send);
  app.setNotFoundHandler((request, reply) => {
    const found = page(request);
    if (found) return sendPage(reply, found);
    const path = request.url.split('?')[0] ?? '/';
    const allowed = methodsAt(path);
    if (allowed.length === 0) {
      const message = `There is nothing at ${request.method} ${path}.`;
      return send(new AppError('NOT_FOUND', { message }), request, reply);
    }
    reply.header('Allow', allowed.join(', '));
    return send(new AppError('METHOD_NOT_ALLOWED'), request, reply);
  });
};
