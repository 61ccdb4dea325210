export {
  asOperator,
  gradesCsv,
  importForm,
  keptMail,
  newModel,
  populate,
  quickTraining,
  readyDatakit,
  sentUpload,
  sumModel,
  tableOf,
  trainAs,
  trainedModel,
  upload,
  uploadForm,
} from './builders.ts';
export type { PopulatedTenant } from './builders.ts';
export { newEmail, newRegistration, pathOf, register, signIn, TestClient } from './client.ts';
export type { CallInput, RawReply, Registration, ReplyOf } from './client.ts';
export { createDatabase, databaseAt, withOwner } from './database.ts';
export type { TestDatabase } from './database.ts';
export { daemon, freePort, without } from './daemon.ts';
export type { Daemon } from './daemon.ts';
export { generatedCsv, sha256OfFile, uploadWithCuts } from './drills/cut-upload.ts';
export type { CutUpload, GeneratedFile } from './drills/cut-upload.ts';
export { outage } from './drills/outage.ts';
export type { OutageFigures } from './drills/outage.ts';
export { replicaDrill } from './drills/replicas.ts';
export type { ReplicaFigures } from './drills/replicas.ts';
export { startOwnPostgres } from './own-postgres.ts';
export { eventually, jobSucceeds, waitForJob } from './jobs.ts';
export { waitingForLock } from './locks.ts';
export { startTestServer, startWithDatakit } from './server.ts';
export type { LogLine, TestServer, TestServerOptions } from './server.ts';
export { smtpServer } from './smtp-server.ts';
export type { ReceivedMail, SmtpOptions, SmtpServer } from './smtp-server.ts';
export { spawnServer } from './spawn.ts';
export type { SpawnedServer, SpawnOptions } from './spawn.ts';
export { testConfig, testEnvironment, testSecret } from './test-config.ts';
export { poolerVersion, startPooler } from './pooler.ts';
export type { Pooler } from './pooler.ts';
export { allRoutes, requestOf, validRequests } from './requests.ts';
export type { NamedRoute } from './requests.ts';
