import { env } from 'node:process';
import { loadConfig } from './config.ts';
import type { Config } from './settings.ts';

/** The only reader of the environment. */
export const configFromEnvironment = (): Config => loadConfig(env);
