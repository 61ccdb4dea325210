export { basePath, createHttpApp } from './app.ts';
export type { HttpOptions } from './app.ts';
export { bindRoutes } from './bind.ts';
export type { BindOptions } from './bind.ts';
export { Answer } from './call.ts';
export type {
  Call,
  Caller,
  Change,
  Changed,
  Client,
  Cookie,
  FileReply,
  Handlers,
  ListPage,
  Multipart,
} from './call.ts';
export { createCursors, numberedPageOf, sortedPageOf } from './cursor.ts';
export type { Cursors } from './cursor.ts';
export { createDeparture } from './departure.ts';
export { createLater } from './later.ts';
export { createLaterJobs } from './later-jobs.ts';
export type { CallerNow } from './later-jobs.ts';
export { createGuard } from './guard.ts';
export type { Authenticator, Guard } from './guard.ts';
export { createIdempotency } from './idempotency.ts';
export type { Idempotency } from './idempotency.ts';
export { networkOf } from './network.ts';
export { createRateLimiter } from './rate-limit.ts';
export { docsPolicy } from './security-headers.ts';
export { webPage } from './web-page.ts';
export type { WebPage } from './web-page.ts';
export { shareRates } from './rate-limit-sharing.ts';
export { createReadCache } from './read-cache.ts';
export type { ReadCache } from './read-cache.ts';
