export {
  gradesCsv,
  newModel,
  populate,
  quickTraining,
  readyDatakit,
  trainedModel,
  upload,
  uploadForm,
} from './builders.ts';
export type { PopulatedTenant } from './builders.ts';
export { newRegistration, pathOf, register, signIn, TestClient } from './client.ts';
export type { CallInput, RawReply, Registration, ReplyOf } from './client.ts';
export { createDatabase, withOwner } from './database.ts';
export type { TestDatabase } from './database.ts';
export { eventually, jobSucceeds, waitForJob } from './jobs.ts';
export { startTestServer } from './server.ts';
export type { LogLine, TestServer, TestServerOptions } from './server.ts';
export { spawnServer } from './spawn.ts';
export type { SpawnedServer, SpawnOptions } from './spawn.ts';
export { testConfig, testEnvironment, testSecret } from './test-config.ts';
export { allRoutes, requestOf, validRequests } from './requests.ts';
export type { NamedRoute } from './requests.ts';
