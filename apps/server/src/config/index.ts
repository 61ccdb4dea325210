export { ConfigError, loadConfig, maskConfig } from './config.ts';
export type { ConfigProblem } from './config.ts';
export { configFromEnvironment } from './env.ts';
export { loadSecrets } from './secrets.ts';
export type { Secrets } from './secrets.ts';
export { settings } from './settings.ts';
export type { Config } from './settings.ts';
