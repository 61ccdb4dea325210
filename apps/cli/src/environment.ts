import { env } from 'node:process';

/** The only reader of the environment in this program. */
export const environment: Readonly<Record<string, string | undefined>> = env;
