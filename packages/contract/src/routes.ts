import { account } from './account.ts';
import { audit } from './audit.ts';
import { batchPredictions } from './batch-prediction.ts';
import { datakits } from './datakits.ts';
import { identity } from './identity.ts';
import { inference } from './inference.ts';
import { jobs } from './jobs.ts';
import { mail } from './mail.ts';
import { models } from './models.ts';
import { operations } from './operations.ts';
import { monitoring } from './monitoring.ts';
import { platform } from './platform.ts';
import { serving } from './serving.ts';
import { upkeep } from './upkeep.ts';
import { tenants } from './tenants.ts';
import { users } from './users.ts';

/** Every route there is, by module: the server must bind each, the tests walk them, OpenAPI lists them. */
export const routes = {
  identity,
  account,
  users,
  tenants,
  platform,
  audit,
  datakits,
  models: { ...models, ...serving, ...batchPredictions, ...monitoring },
  inference,
  jobs,
  mail,
  upkeep,
  operations,
} as const;
