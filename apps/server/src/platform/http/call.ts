import type { Readable } from 'node:stream';
import type { Body, Meta, Params, Query, Reply, Role, RouteDeclaration } from '@quadrax/contract';

/** Who calls, in which tenant, with which role there. */
export interface Caller {
  readonly accountId: string;
  readonly sessionId: string;
  readonly tenantId: string;
  readonly role: Role;
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
   * Hands the file of the field `name` to `take` while it streams in, then reads the text fields that may follow.
   * @throws AppError NO_FILE, UPLOAD_INTERRUPTED, VALIDATION_FAILED
   */
  receive<T>(
    name: string,
    take: (stream: Readable, fileName: string) => Promise<T>,
  ): Promise<{ readonly file: T; readonly fields: Readonly<Record<string, string>> }>;
}

export interface Call<R extends RouteDeclaration> {
  readonly params: Params<R>;
  readonly query: Query<R>;
  readonly body: R extends { multipart: true } ? undefined : Body<R>;
  readonly caller: R['permission'] extends 'public' ? undefined : Caller;
  readonly client: Client;
  readonly multipart: R extends { multipart: true } ? Multipart : undefined;
  /** The state that If-Match demands, for a route that declares it. */
  readonly unchangedSince: R['etag'] extends 'match' ? Date | undefined : undefined;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly maxAgeSeconds: number;
}

/** A reply with something beside its data. */
export class Answer<T> {
  readonly data: T;
  readonly meta: Meta | undefined;
  readonly cookies: readonly Cookie[];

  constructor(data: T, extra: { meta?: Meta; cookies?: readonly Cookie[] } = {}) {
    this.data = data;
    this.meta = extra.meta;
    this.cookies = extra.cookies ?? [];
  }
}

export interface ListPage<T> {
  readonly items: T[];
  readonly nextCursor: string | undefined;
  readonly total?: number;
}

export interface FileReply {
  readonly stream: Readable;
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: number;
}

type Outcome<R extends RouteDeclaration> = R['envelope'] extends 'list'
  ? ListPage<Reply<R>>
  : R['envelope'] extends 'empty'
    ? void | Answer<null>
    : R['envelope'] extends 'file'
      ? FileReply
      : Reply<R> | Answer<Reply<R>>;

export type Handler<R extends RouteDeclaration> = (call: Call<R>) => Promise<Outcome<R>>;

/** A handler for every route of a module: one that is missing, or one too many, does not compile. */
export type Handlers<Module extends Readonly<Record<string, RouteDeclaration>>> = {
  readonly [K in keyof Module]: Handler<Module[K]>;
};
