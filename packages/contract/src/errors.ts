import { z } from 'zod';

/**
 * Every error code the product can answer with, its HTTP status and the sentence a person reads when
 * nothing more specific is known. Closed on purpose: a handler cannot invent a code.
 */
export const errorCodes = {
  VALIDATION_FAILED: [400, 'The request is not valid.'],
  MALFORMED_BODY: [400, 'The body is not valid JSON.'],
  MALFORMED_REQUEST: [400, 'This is no request in HTTP.'],
  NO_FILE: [400, 'No file was sent. Send a multipart form with the file.'],
  EMPTY_FILE: [400, 'The file is empty.'],
  UPLOAD_INTERRUPTED: [400, 'The upload ended before the whole file had arrived. Nothing was kept.'],
  INVALID_CURSOR: [400, 'The cursor is not one this server gave out.'],
  UNKNOWN_FIELD: [400, 'A field is not known.'],
  LINK_INVALID: [400, 'This link is no longer good. Ask for a new one.'],
  UNAUTHENTICATED: [401, 'Sign in to do this.'],
  TOKEN_EXPIRED: [401, 'The access token has expired. Refresh it.'],
  INVALID_CREDENTIALS: [401, 'The email or the password is wrong.'],
  TOKEN_REUSED: [401, 'This refresh token was used before. The session has ended; sign in again.'],
  FORBIDDEN: [403, 'Your role does not allow this.'],
  TENANT_FORBIDDEN: [403, 'There is no such tenant among yours.'],
  ACCOUNT_DISABLED: [403, 'This account is disabled. Ask a platform administrator to enable it.'],
  REGISTRATION_CLOSED: [403, 'Registration is closed. Ask an administrator for an invitation.'],
  NOT_FOUND: [404, 'There is nothing here.'],
  METHOD_NOT_ALLOWED: [405, 'This address does not answer to that method.'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time. Send it again.'],
  CONFLICT: [409, 'This does not fit the present state.'],
  EMAIL_TAKEN: [409, 'An account with this email address exists.'],
  TAKEN: [409, 'This name is taken. Choose another.'],
  LAST_ADMINISTRATOR: [409, 'This is the last administrator. Make somebody else one first.'],
  NOT_READY: [409, 'This is not ready yet.'],
  NOT_DEPLOYED: [409, 'The model is not deployed. Deploy a version first.'],
  JOB_FINISHED: [409, 'The job has already finished.'],
  JOB_NOT_RETRYABLE: [409, 'Only a job that failed or was cancelled can run again.'],
  OFFSET_MISMATCH: [409, 'These bytes do not follow those that are kept. Ask how far the upload has come.'],
  UPLOAD_BUSY: [409, 'Another request is writing to this upload. Wait a little.'],
  REQUEST_IN_PROGRESS: [409, 'A request with this Idempotency-Key is still being answered.'],
  PRECONDITION_FAILED: [412, 'The resource has changed since you read it. Read it again.'],
  TOO_LARGE: [413, 'This is larger than the server accepts.'],
  UNSUPPORTED_TYPE: [415, 'Files of this kind are not supported.'],
  UNREADABLE_FILE: [422, 'The file cannot be read as a table.'],
  DIGEST_MISMATCH: [422, 'The bytes that arrived are not those that were announced.'],
  IDEMPOTENCY_MISMATCH: [422, 'This Idempotency-Key was used with another body.'],
  VIRUS_FOUND: [422, 'The virus scanner found something in the file. Nothing was kept.'],
  COLUMNS_DIFFER: [422, 'The columns of the file are not those of the datakit.'],
  INVALID_QUERY: [422, 'The query cannot be run.'],
  QUERY_LIMIT: [422, 'The query needs more time or memory than a query may take.'],
  UNTRAINABLE: [422, 'A model cannot be trained from this.'],
  NOT_EXPORTABLE: [422, 'The model cannot be written in this format.'],
  UNUSABLE_MODEL: [422, 'The model file cannot be used here.'],
  ACCOUNT_LOCKED: [423, 'Too many failed sign-ins. Wait a while and try again.'],
  HEADERS_TOO_LARGE: [431, 'The headers are larger than the server accepts.'],
  RATE_LIMITED: [429, 'Too many requests. Wait a little.'],
  TOO_MANY_WAITING: [429, 'Too many calls wait for their answer. Wait until some have it.'],
  INTERNAL: [500, 'Something failed on our side. The request id helps to find it.'],
  NOT_CONFIGURED: [503, 'This is not configured here.'],
  UNAVAILABLE: [503, 'The service cannot answer now. Try again shortly.'],
  NO_SPACE: [507, 'The server has no room left. Free some space and try again.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ErrorCode = keyof typeof errorCodes;

export const errorDetailSchema = z.object({
  field: z.string().describe('Where in the request, as a dotted path.'),
  message: z.string(),
});
export type ErrorDetail = z.infer<typeof errorDetailSchema>;

export const errorReplySchema = z
  .object({
    success: z.literal(false),
    error: z.string().describe('One sentence for a person.'),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    details: z.array(errorDetailSchema).optional(),
    requestId: z.string(),
    cause: z.string().optional().describe('Only with NODE_ENV=development.'),
  })
  .meta({ id: 'Error' });
export type ErrorReply = z.infer<typeof errorReplySchema>;
