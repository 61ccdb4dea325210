import { flag, setting, whole } from './setting.ts';

/** How often. */
export const limitsSettings = {
  rateLimitEnabled: setting(
    ['RATE_LIMIT_ENABLED'],
    'rate_limit.enabled',
    flag,
    true,
    'Whether rates are limited.',
  ),
  rateLimitWindowMs: setting(
    ['RATE_LIMIT_WINDOW_MS'],
    'rate_limit.window_ms',
    whole(1000, 86_400_000),
    60_000,
    'The window of the authenticated limit.',
  ),
  rateLimitMax: setting(
    ['RATE_LIMIT_MAX_REQUESTS'],
    'rate_limit.max_requests',
    whole(1, 10_000_000),
    5000,
    'Requests a token may make in the window.',
  ),
  rateLimitAnonymous: setting(
    ['RATE_LIMIT_ANONYMOUS'],
    'rate_limit.anonymous',
    whole(1, 10_000_000),
    1000,
    'Requests a minute from an address without a token.',
  ),
  rateLimitTenant: setting(
    ['RATE_LIMIT_TENANT'],
    'rate_limit.tenant',
    whole(1, 100_000_000),
    20_000,
    'Requests a minute of all members of a tenant together.',
  ),
  rateLimitRegister: setting(
    ['RATE_LIMIT_REGISTER'],
    'rate_limit.register',
    whole(1, 10_000_000),
    100,
    'Accounts an address may open in ten minutes.',
  ),
  rateLimitMail: setting(
    ['RATE_LIMIT_MAIL'],
    'rate_limit.mail',
    whole(1, 10_000_000),
    60,
    'Mails an address or an account may have sent in an hour.',
  ),
  computeRps: setting(
    ['RATE_LIMIT_RPS'],
    'rate_limit.rps',
    whole(1, 100_000),
    10,
    'Compute requests a second.',
  ),
  computeBurst: setting(
    ['RATE_LIMIT_BURST'],
    'rate_limit.burst',
    whole(1, 100_000),
    20,
    'Compute requests at once.',
  ),
} as const;
