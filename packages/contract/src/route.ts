import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/**
 * What an API key may be confined to; what its owner's role allows bounds it besides. `write` includes `read`, and
 * `admin` both.
 */
export const apiKeyScopeSchema = z.enum(['read', 'write', 'admin']);
export type ApiKeyScope = z.infer<typeof apiKeyScopeSchema>;

/** Who may call: `account` a person signed in, not an API key; `read` any member, `write` not viewers, `admin` administrators of the tenant, `platform` the operator. */
export type Permission = 'public' | 'account' | 'read' | 'write' | 'admin' | 'platform';

/** `data` one thing, `list` a page of things with a cursor, `empty` 204, `file` bytes, `redirect` another address, `raw` the reply as it stands. */
export type Envelope = 'data' | 'list' | 'empty' | 'file' | 'redirect' | 'raw';

export type RateClass = 'none' | 'login' | 'register' | 'mail' | 'read' | 'write' | 'compute';

/** What an audit row says happened, `resource.verb` in the past tense; `none` for what changes nothing. */
export type AuditAction = `${string}.${string}` | 'none';

/** For how long at most, and of which of the tenant's things: a change of any of them makes it out of date. */
export interface ReadCaching {
  readonly seconds: number;
  readonly of: 'datakits' | 'models';
}

/**
 * Everything an endpoint promises, said in one place. No promise has a default: leaving one out does not compile.
 */
export interface RouteDeclaration {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Of a protocol of others: outside the base path, and refusals are that protocol's own error object. */
  readonly protocol?: 'open-inference';
  /** Below the base path, with `:name` for parameters. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** `multipart` bodies are streamed to the handler and not parsed. */
  readonly multipart?: true;
  /** Kinds of body that are handed to the handler as they arrive, byte for byte. */
  readonly stream?: readonly [string, ...string[]];
  /** Fields of the head that it reads, by their names in lower case. */
  readonly headers?: z.ZodObject;
  /** The form's field that holds the file; absent, `dataset`. */
  readonly fileField?: string;
  /** What kinds of file it answers with, for the envelope `file`. */
  readonly contentTypes?: readonly [string, ...string[]];
  /** What `data` holds (or one item of it, for a list). */
  readonly reply: z.ZodType;
  readonly status: 200 | 201 | 202 | 204 | 302;
  /** The codes it can answer with beside those that every route can. */
  readonly errors: readonly ErrorCode[];
  readonly permission: Permission;
  readonly envelope: Envelope;
  /** The keyset a list is walked by; `none` for what is no list. */
  readonly cursor: 'sorted' | 'sequence' | 'none';
  /** `key` honours Idempotency-Key; `natural` may be repeated as it is; `none` may not be repeated. */
  readonly idempotency: 'key' | 'natural' | 'none';
  /** `send` puts an ETag on the reply, `match` honours If-Match before it changes anything and sends that of what came of it. */
  readonly etag: 'send' | 'match' | 'none';
  readonly audit: AuditAction;
  readonly rate: RateClass;
  /**
   * For what computes, changes nothing and answers with one object: `Prefer: respond-async` has it answered by a job,
   * which works on what `:id` names if a kind of subject is given.
   */
  readonly respondAsync?: { readonly subject?: string };
  /** Whether a read may be answered from a cache: one whose reply is the same for all members of a tenant. */
  readonly cache: 'none' | ReadCaching;
}

/** Keeps the exact type of a declaration, so that handlers and the SDK are typed by it. */
export const route = <const R extends RouteDeclaration>(declaration: R): R => declaration;

type Infer<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise;
type InferInput<S, Otherwise> = S extends z.ZodType ? z.input<S> : Otherwise;

export type Params<R extends RouteDeclaration> = Infer<R['params'], Record<string, never>>;
export type Query<R extends RouteDeclaration> = Infer<R['query'], Record<string, never>>;
export type Headers<R extends RouteDeclaration> = Infer<R['headers'], Record<string, never>>;
export type Body<R extends RouteDeclaration> = Infer<R['body'], undefined>;
export type Reply<R extends RouteDeclaration> = InferInput<R['reply'], never>;
