import { z } from 'zod';
import { idSchema, timestampSchema } from './paging.ts';
import { route } from './route.ts';

export const roleSchema = z.enum(['ADMIN', 'USER', 'VIEWER']);
export type Role = z.infer<typeof roleSchema>;

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('This is no email address.'));
export const passwordSchema = z
  .string()
  .min(10, 'Use at least 10 characters.')
  .max(1024, 'Use at most 1,024 characters.');
const oneLine = /^[^\p{Cc}]*$/u;
/** Stands in mails and in their subjects: whoever could write several lines could write a mail of their own. */
const lineSchema = z.string().trim().min(1).regex(oneLine, 'Use one line without control characters.');
export const personNameSchema = lineSchema.max(100);

export const usernameSchema = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._-]{3,64}$/, 'Use 3 to 64 letters, digits, dots, dashes or underscores.');
const organizationSchema = lineSchema.max(200);
const linkTokenSchema = z.string().min(20).max(200).describe('What the link in the mail carries.');

export const userSchema = z
  .object({
    id: idSchema,
    email: z.string(),
    emailVerified: z.boolean(),
    firstName: z.string(),
    lastName: z.string(),
    username: z.string().optional(),
    role: roleSchema.describe('The role in the tenant named by `tenantId`.'),
    tenantId: idSchema,
    tenantName: z.string(),
    platformAdministrator: z.boolean(),
    updatedAt: timestampSchema.describe('When any of this last changed.'),
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

/** How one may come in here, for the page that asks. */
const signInMethodsSchema = z
  .object({
    registration: z.boolean().describe('Whether anyone may open an account.'),
    openIdConnect: z
      .object({ label: z.string().describe('What the button says.'), url: z.string() })
      .optional(),
    mail: z.boolean().describe('Whether the server sends mail; without it an administrator passes links on.'),
  })
  .meta({ id: 'SignInMethods' });

/** How long a password would stand up to guessing, after zxcvbn. */
const passwordStrengthSchema = z
  .object({
    score: z.number().int().min(0).max(4).describe('From 0, guessed at once, to 4, hard to guess.'),
    acceptable: z.boolean(),
    warning: z.string().optional().describe('What makes it weak.'),
    suggestions: z.array(z.string()),
    crackTime: z.string().describe('How long guessing it would take against a stolen hash, in words.'),
  })
  .meta({ id: 'PasswordStrength' });
export type PasswordStrength = z.infer<typeof passwordStrengthSchema>;

/** What an invitation offers, for the page that its link opens. */
const invitationOfferSchema = z
  .object({
    email: z.string(),
    tenantName: z.string(),
    role: roleSchema,
    invitedBy: z.string().optional(),
    accountExists: z.boolean().describe('Sign in with it to accept; otherwise an account is opened.'),
  })
  .meta({ id: 'InvitationOffer' });

const refreshBody = z
  .object({
    refreshToken: z.string().max(4096).optional().describe('Absent in a browser: the cookie has it.'),
  })
  .optional();

const signIn = {
  envelope: 'data',
  cursor: 'none',
  idempotency: 'none',
  etag: 'none',
  cache: 'none',
  permission: 'public',
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
      username: usernameSchema.optional(),
      organization: organizationSchema.optional(),
    }),
    reply: sessionSchema,
    status: 201,
    errors: ['EMAIL_TAKEN', 'TAKEN', 'REGISTRATION_CLOSED'],
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
    errors: ['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED', 'ACCOUNT_DISABLED'],
    audit: 'session.opened',
    rate: 'login',
  }),
  refresh: route({
    ...signIn,
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Exchange a refresh token for new tokens',
    body: refreshBody,
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
    summary: 'End this session, by its access token or, where that has expired, by its refresh token',
    headers: z.object({ authorization: z.string().optional() }),
    body: refreshBody,
    idempotency: 'natural',
    reply: z.null(),
    envelope: 'empty',
    status: 204,
    errors: ['UNAUTHENTICATED', 'TOKEN_EXPIRED'],
    audit: 'session.closed',
    rate: 'write',
  }),
  methods: route({
    ...signIn,
    method: 'GET',
    path: '/auth/methods',
    summary: 'The ways to sign in',
    idempotency: 'natural',
    reply: signInMethodsSchema,
    status: 200,
    errors: [],
    audit: 'none',
    rate: 'read',
  }),
  passwordStrength: route({
    ...signIn,
    method: 'POST',
    path: '/auth/password-strength',
    summary: 'How strong a password is, and why',
    idempotency: 'natural',
    body: z.object({
      password: z.string().min(1).max(1024),
      personal: z
        .array(z.string().max(254))
        .max(10)
        .default([])
        .describe('Names and addresses that should not be in it.'),
    }),
    reply: passwordStrengthSchema,
    status: 200,
    errors: [],
    audit: 'none',
    rate: 'read',
  }),
  setup: route({
    ...signIn,
    method: 'POST',
    path: '/auth/setup',
    summary: 'Make the first platform administrator, with the link that the first start printed',
    body: z.object({
      token: linkTokenSchema,
      email: emailSchema,
      password: passwordSchema,
      firstName: personNameSchema,
      lastName: personNameSchema,
      organization: organizationSchema.optional(),
    }),
    reply: sessionSchema,
    status: 201,
    errors: ['LINK_INVALID', 'EMAIL_TAKEN'],
    audit: 'platform.set_up',
    rate: 'register',
  }),
  verifyEmail: route({
    ...signIn,
    method: 'POST',
    path: '/auth/verify-email',
    summary: 'Confirm an email address with the link that was sent to it',
    body: z.object({ token: linkTokenSchema }),
    reply: z.object({ email: z.string() }),
    status: 200,
    errors: ['LINK_INVALID', 'EMAIL_TAKEN'],
    audit: 'account.email_verified',
    rate: 'login',
  }),
  forgotPassword: route({
    ...signIn,
    method: 'POST',
    path: '/auth/forgot-password',
    summary: 'Ask for a link to choose a new password; the answer is the same for any address',
    body: z.object({ email: emailSchema }),
    reply: z.null(),
    envelope: 'empty',
    status: 204,
    errors: [],
    audit: 'none',
    rate: 'mail',
  }),
  resetPassword: route({
    ...signIn,
    method: 'POST',
    path: '/auth/reset-password',
    summary: 'Choose a new password with the link that was sent; all sessions end',
    body: z.object({ token: linkTokenSchema, password: passwordSchema }),
    reply: z.null(),
    envelope: 'empty',
    status: 204,
    errors: ['LINK_INVALID'],
    audit: 'account.password_reset',
    rate: 'login',
  }),
  invitation: route({
    ...signIn,
    method: 'POST',
    path: '/auth/invitation',
    summary: 'What an invitation offers',
    idempotency: 'natural',
    body: z.object({ token: linkTokenSchema }),
    reply: invitationOfferSchema,
    status: 200,
    errors: ['LINK_INVALID'],
    audit: 'none',
    rate: 'login',
  }),
  acceptInvitation: route({
    ...signIn,
    method: 'POST',
    path: '/auth/accept-invitation',
    summary: 'Open an account by an invitation',
    body: z.object({
      token: linkTokenSchema,
      password: passwordSchema,
      firstName: personNameSchema,
      lastName: personNameSchema,
    }),
    reply: sessionSchema,
    status: 201,
    errors: ['LINK_INVALID', 'EMAIL_TAKEN'],
    audit: 'invitation.accepted',
    rate: 'register',
  }),
  openIdConnect: route({
    ...signIn,
    method: 'GET',
    path: '/auth/openid',
    summary: 'Go and sign in at the configured OpenID Connect provider',
    query: z.object({
      returnTo: z
        .string()
        // A browser leaves tabs and line ends out, and reads a backslash as a slash: `/\t/elsewhere` would lead away.
        .regex(/^\/(?!\/)[!-[\]-~]*$/, 'Give a path of this site.')
        .max(500)
        .default('/'),
    }),
    reply: z.null(),
    envelope: 'redirect',
    status: 302,
    errors: ['NOT_CONFIGURED', 'UNAVAILABLE'],
    audit: 'none',
    rate: 'login',
  }),
  openIdConnectReturn: route({
    ...signIn,
    method: 'GET',
    path: '/auth/openid/callback',
    summary: 'Where the provider sends the browser back to',
    query: z
      .object({
        code: z.string().max(4096),
        state: z.string().max(500),
        iss: z.string().max(1000).describe('The provider, by RFC 9207.'),
        error: z.string().max(500),
      })
      .partial(),
    reply: z.null(),
    envelope: 'redirect',
    status: 302,
    errors: ['NOT_CONFIGURED'],
    audit: 'session.opened',
    rate: 'login',
  }),
} as const;
