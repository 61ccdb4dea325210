import type { Readable } from 'node:stream';
import type { Tx } from '../db/index.ts';
import type {
  ApiKeyScope,
  Body,
  Headers,
  Meta,
  Params,
  Query,
  Reply,
  Role,
  RouteDeclaration,
} from '@quadrax/contract';

/** Who calls, in which tenant, with which role there. */
export interface Caller {
  readonly accountId: string;
  /** The session, or the API key, that spoke for the account. */
  readonly credentialId: string;
  readonly credential: 'session' | 'key';
  readonly tenantId: string;
  readonly role: Role;
  /** What an API key is confined to; undefined: all that the role allows. */
  readonly scopes: readonly ApiKeyScope[] | undefined;
  readonly platformAdministrator: boolean;
}

/** What of the connection a handler may need. */
export interface Client {
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** Fires when the client goes away. */
  readonly signal: AbortSignal;
}

/** A multipart body, read as it arrives. */
export interface Multipart {
  /**
   * Hands the file of the field `name` to `take` while it streams in, with the text fields before it, then reads those
   * that may follow.
   * @throws AppError NO_FILE, UPLOAD_INTERRUPTED, VALIDATION_FAILED
   */
  receive<T>(
    name: string,
    take: (stream: Readable, fileName: string, before: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<{ readonly file: T; readonly fields: Readonly<Record<string, string>> }>;
}

/** What a change comes to: the answer, and what the audit log tells of it. */
export interface Changed<T> {
  readonly reply: T;
  /** What was done, where the route can do one of several things. */
  readonly action?: string;
  /** The resource that changed, where the route does not name it and the answer is not it. */
  readonly resource?: string;
  /** Whose audit log it goes in, where that is not the caller's tenant. */
  readonly tenantId?: string;
  /** The resource as it was. */
  readonly before?: object | undefined;
  /** The resource as it is now. */
  readonly after?: object | undefined;
}

/**
 * The one transaction of a request that changes something: what it did, its line in the audit log and the answer kept
 * for its Idempotency-Key are there together or not at all.
 */
export interface Change {
  /** In the caller's tenant. */
  tenant<T>(work: (tx: Tx) => Promise<Changed<T>>): Promise<T>;
  /** Under the role that works without a tenant. */
  system<T>(work: (tx: Tx) => Promise<Changed<T>>): Promise<T>;
  /** Writes a line in the audit log of what was not done, and why: apart from any change. */
  refused(action: string, what: object): Promise<void>;
}

/** Whether a route changes something on behalf of a caller, and so must say what. */
type Changes<R extends RouteDeclaration> = R['audit'] extends 'none'
  ? false
  : R['permission'] extends 'public'
    ? false
    : true;

export interface Call<R extends RouteDeclaration> {
  readonly params: Params<R>;
  readonly query: Query<R>;
  readonly headers: Headers<R>;
  readonly body: R extends { multipart: true } ? undefined : Body<R>;
  readonly caller: R['permission'] extends 'public' ? undefined : Caller;
  readonly client: Client;
  /** To be used exactly once, by a route that declares an audit action. */
  readonly change: Changes<R> extends true ? Change : undefined;
  readonly multipart: R extends { multipart: true } ? Multipart : undefined;
  /** The body as it arrives, for a route that declares it. */
  readonly incoming: R extends { stream: readonly string[] } ? Readable : undefined;
  /** The state that If-Match demands, for a route that declares it. */
  readonly unchangedSince: R['etag'] extends 'match' ? readonly Date[] | undefined : undefined;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly maxAgeSeconds: number;
  /** `lax` for what must come along when another site sends the browser back here; default `strict`. */
  readonly sameSite?: 'strict' | 'lax';
}

/** A reply with something beside its data. */
export class Answer<T> {
  readonly data: T;
  readonly meta: Meta | undefined;
  readonly cookies: readonly Cookie[];
  readonly headers: Readonly<Record<string, string>>;
  /** In place of the declared status, where the same body may tell of something else. */
  readonly status: number | undefined;

  constructor(
    data: T,
    extra: {
      meta?: Meta;
      cookies?: readonly Cookie[];
      headers?: Readonly<Record<string, string>>;
      status?: number;
    } = {},
  ) {
    this.data = data;
    this.meta = extra.meta;
    this.cookies = extra.cookies ?? [];
    this.headers = extra.headers ?? {};
    this.status = extra.status;
  }
}

export interface ListPage<T> {
  readonly items: T[];
  readonly nextCursor: string | undefined;
  /** How many there are in all, on the first page; undefined on the others, and where they are too many to count. */
  readonly total: number | undefined;
}

export interface FileReply {
  readonly stream: Readable;
  readonly fileName: string;
  readonly contentType: string;
  /** Absent where the length is not known before the end. */
  readonly bytes?: number;
}

type Outcome<R extends RouteDeclaration> = R['envelope'] extends 'list'
  ? ListPage<Reply<R>>
  : R['envelope'] extends 'empty'
    ? void | Answer<null>
    : R['envelope'] extends 'file'
      ? FileReply
      : R['envelope'] extends 'redirect'
        ? Answer<string>
        : Reply<R> | Answer<Reply<R>>;

export type Handler<R extends RouteDeclaration> = (call: Call<R>) => Promise<Outcome<R>>;

/** A handler of whichever route. */
export type AnyHandler = (call: Call<RouteDeclaration>) => Promise<unknown>;

/** A handler for every route of a module: one that is missing, or one too many, does not compile. */
export type Handlers<Module extends Readonly<Record<string, RouteDeclaration>>> = {
  readonly [K in keyof Module]: Handler<Module[K]>;
};
