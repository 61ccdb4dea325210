import { z } from 'zod';
import { idParamsSchema, idSchema, pageQuerySchema, timestampSchema } from './paging.ts';
import { route } from './route.ts';

export const roleSchema = z.enum(['ADMIN', 'USER', 'VIEWER']);
export type Role = z.infer<typeof roleSchema>;

const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email('This is no email address.'));
const passwordSchema = z
  .string()
  .min(10, 'Use at least 10 characters.')
  .max(1024, 'Use at most 1,024 characters.');
const personNameSchema = z.string().trim().min(1).max(100);

export const userSchema = z
  .object({
    id: idSchema,
    email: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    username: z.string().optional(),
    role: roleSchema.describe('The role in the tenant named by `tenantId`.'),
    tenantId: idSchema,
    tenantName: z.string(),
    platformAdministrator: z.boolean(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof userSchema>;

export const tokensSchema = z.object({
  token: z.string().describe('Access token, for `Authorization: Bearer`.'),
  refreshToken: z.string().describe('Good for one refresh. A browser also holds it in an HttpOnly cookie.'),
  expiresIn: z.number().int().describe('Seconds until the access token expires.'),
});
export type Tokens = z.infer<typeof tokensSchema>;

export const sessionSchema = tokensSchema.extend({ user: userSchema }).meta({ id: 'Session' });
export type Session = z.infer<typeof sessionSchema>;

/** One sign-in that has not ended: a browser, a command line, a program. */
export const openSessionSchema = z
  .object({
    id: idSchema,
    current: z.boolean().describe('Whether it is the session that asks.'),
    userAgent: z.string(),
    address: z.string().describe('Where it was opened from.'),
    createdAt: timestampSchema,
    lastUsedAt: timestampSchema.describe('When its tokens were last renewed.'),
    expiresAt: timestampSchema.describe('When it ends unless it is used before.'),
  })
  .meta({ id: 'OpenSession' });
export type OpenSession = z.infer<typeof openSessionSchema>;

const signIn = {
  envelope: 'data',
  cursor: 'none',
  idempotency: 'none',
  etag: 'none',
  cache: 'none',
  permission: 'public',
} as const;

const ending = {
  ...signIn,
  permission: 'account',
  idempotency: 'natural',
  reply: z.null(),
  envelope: 'empty',
  status: 204,
  rate: 'write',
} as const;

export const identity = {
  register: route({
    ...signIn,
    method: 'POST',
    path: '/auth/register',
    summary: 'Open an account and a tenant of its own',
    body: z.object({
      email: emailSchema,
      password: passwordSchema,
      firstName: personNameSchema,
      lastName: personNameSchema,
      username: z
        .string()
        .trim()
        .regex(/^[A-Za-z0-9._-]{3,64}$/, 'Use 3 to 64 letters, digits, dots, dashes or underscores.')
        .optional(),
      organization: z.string().trim().min(1).max(200).optional(),
    }),
    reply: sessionSchema,
    status: 201,
    errors: ['EMAIL_TAKEN', 'REGISTRATION_CLOSED'],
    audit: 'account.registered',
    rate: 'register',
  }),
  login: route({
    ...signIn,
    method: 'POST',
    path: '/auth/login',
    summary: 'Sign in',
    body: z
      .object({
        email: z.string().trim().max(254).optional(),
        username: z.string().trim().max(254).optional().describe('A user name or an email address.'),
        password: z.string().min(1).max(1024),
      })
      .refine((body) => body.email !== undefined || body.username !== undefined, {
        path: ['email'],
        message: 'Give an email address or a user name.',
      }),
    reply: sessionSchema,
    status: 200,
    errors: ['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED'],
    audit: 'session.opened',
    rate: 'login',
  }),
  refresh: route({
    ...signIn,
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Exchange a refresh token for new tokens',
    body: z
      .object({
        refreshToken: z.string().max(4096).optional().describe('Absent in a browser: the cookie has it.'),
      })
      .optional(),
    reply: tokensSchema,
    status: 200,
    errors: ['UNAUTHENTICATED', 'TOKEN_REUSED'],
    audit: 'none',
    rate: 'write',
  }),
  logout: route({
    ...signIn,
    method: 'POST',
    path: '/auth/logout',
    summary: 'End this session',
    permission: 'account',
    idempotency: 'natural',
    reply: z.null(),
    envelope: 'empty',
    status: 204,
    errors: [],
    audit: 'session.closed',
    rate: 'write',
  }),
  me: route({
    ...signIn,
    method: 'GET',
    path: '/auth/me',
    summary: 'Who is signed in, and in which tenant',
    permission: 'read',
    idempotency: 'natural',
    reply: userSchema,
    status: 200,
    errors: [],
    audit: 'none',
    rate: 'read',
  }),
  sessions: route({
    ...signIn,
    method: 'GET',
    path: '/auth/sessions',
    summary: 'Where you are signed in, newest first',
    permission: 'account',
    query: pageQuerySchema,
    reply: openSessionSchema,
    envelope: 'list',
    cursor: 'newest',
    idempotency: 'natural',
    status: 200,
    errors: ['INVALID_CURSOR'],
    audit: 'none',
    rate: 'read',
  }),
  endSession: route({
    ...ending,
    method: 'DELETE',
    path: '/auth/sessions/:id',
    summary: 'End one of your sessions',
    params: idParamsSchema,
    errors: ['NOT_FOUND'],
    audit: 'session.revoked',
  }),
  endOtherSessions: route({
    ...ending,
    method: 'DELETE',
    path: '/auth/sessions',
    summary: 'End all of your sessions but this one',
    errors: [],
    audit: 'session.others_revoked',
  }),
  logoutAll: route({
    ...ending,
    method: 'POST',
    path: '/auth/logout-all',
    summary: 'End all of your sessions, this one too',
    errors: [],
    audit: 'session.all_revoked',
  }),
  changePassword: route({
    ...signIn,
    method: 'POST',
    path: '/auth/change-password',
    summary: 'Change your password; all other sessions end',
    permission: 'account',
    body: z.object({ currentPassword: z.string().min(1).max(1024), newPassword: passwordSchema }),
    reply: z.null(),
    envelope: 'empty',
    status: 204,
    errors: ['ACCOUNT_LOCKED'],
    audit: 'account.password_changed',
    rate: 'login',
  }),
} as const;
