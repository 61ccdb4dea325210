import { account } from './account.ts';
import { audit } from './audit.ts';
import { datakits } from './datakits.ts';
import { identity } from './identity.ts';
import { jobs } from './jobs.ts';
import { mail } from './mail.ts';
import { models } from './models.ts';
import { operations } from './operations.ts';
import { platform } from './platform.ts';
import { users } from './users.ts';

/** Every route there is, by module: the server must bind each, the tests walk them, OpenAPI lists them. */
export const routes = {
  identity,
  account,
  users,
  platform,
  audit,
  datakits,
  models,
  jobs,
  mail,
  operations,
} as const;
