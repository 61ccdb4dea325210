export type { ImportModel, ImportOptions } from './model-import.ts';
export type { ReadingOptions } from './reading.ts';
export type {
  Body,
  CallOptions,
  Data,
  Deferrable,
  JobOf,
  Listing,
  Page,
  Query,
  Signature,
} from './calling.ts';
export { signatureOf } from './call-names.ts';
export type { CallName } from './call-names.ts';
export { createClient } from './client.ts';
export type {
  ClientOptions,
  Datakits,
  JobReference,
  Jobs,
  Models,
  PredictInputs,
  PredictOptions,
  QuadraxClient,
  UploadOptions,
} from './client.ts';
export { QuadraxError } from './error.ts';
export type { ErrorDetail, QuadraxErrorCode } from './error.ts';
export type { EventName, EventPayload, Events, EventsConnection } from './events.ts';
export type * from './generated/nouns.ts';
export type { components, operations, paths } from './generated/schema.ts';
export { JobFailedError } from './jobs.ts';
export type { JobProgress, WaitOptions } from './jobs.ts';
export type { PartUploadOptions, UploadMemory } from './part-upload.ts';
export type { TokenKeeper, Tokens, TokenSource } from './session.ts';
export type { UploadProgress } from './upload.ts';
