import { datakits } from './datakits.ts';
import { identity } from './identity.ts';
import { jobs } from './jobs.ts';
import { models } from './models.ts';
import { operations } from './operations.ts';

/** Every route there is, by module: the server must bind each, the tests walk them, OpenAPI lists them. */
export const routes = { identity, datakits, models, jobs, operations } as const;
