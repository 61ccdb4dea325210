import type { MetricName } from './evaluation.ts';
import type { Role } from './identity.ts';

/** What people call the roles, wherever they read of them. No schema in this file: the first page of the app loads it. */
export const roleNames: Readonly<Record<Role, string>> = {
  ADMIN: 'Administrator',
  USER: 'Member',
  VIEWER: 'Viewer',
};

/** What they call whoever sees to the accounts and mails of the whole installation. */
export const platformAdministrator = 'platform administrator';

const losses = new Set<string>([
  'logLoss',
  'rmse',
  'mae',
  'pinball',
  'poissonDeviance',
] satisfies MetricName[]);

/** Which way a metric is better; one that is not known is taken as a score. */
export const higherIsBetter = (metric: string): boolean => !losses.has(metric);

/** Versions that one comparison may hold. */
export const mostCompared = 8;

/** The alias that answers where nothing else is asked for. */
export const defaultAlias = 'production';
