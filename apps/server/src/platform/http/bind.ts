import type { RouteDeclaration } from '@quadrax/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { Readable } from 'node:stream';
import type { Database } from '../db/index.ts';
import { AppError } from '../errors/index.ts';
import type { AnyHandler, Call, Caller, Client, Handlers, Multipart } from './call.ts';
import { createChange } from './change.ts';
import { unchangedSince } from './etag.ts';
import type { Guard } from './guard.ts';
import { digestOf } from './idempotency.ts';
import type { Idempotency, Keep, KeptReply } from './idempotency.ts';
import type { Later } from './later.ts';
import { digestedMultipart, multipartOf } from './multipart.ts';
import type { ReadCache } from './read-cache.ts';
import { schemaOf } from './schema.ts';
import { enveloped, sendOutcome } from './sending.ts';
import { demandStorableQuery } from './storable-texts.ts';

export interface BindOptions {
  readonly db: Pick<Database, 'tenant' | 'system' | 'require'>;
  readonly guard: Guard;
  readonly idempotency: Idempotency;
  /** Absent: nothing is answered from a cache. */
  readonly reads?: ReadCache | undefined;
  /** Absent: every call is answered at once. */
  readonly later?: Later | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    declaration?: RouteDeclaration;
  }
}

/** Fires when the connection closes before the whole reply has gone out over it. */
const goneSignal = ({ raw }: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  const closed = (): void => {
    if (!raw.writableFinished) gone.abort();
  };
  if (raw.closed) closed();
  else raw.once('close', closed);
  return gone.signal;
};

/** What of a connection handlers ask for, found out for those who do: few of them do. */
class RequestClient implements Client {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #signal: AbortSignal | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request;
    this.#reply = reply;
  }

  get address(): string {
    return this.#request.ip;
  }

  get userAgent(): string {
    return this.#request.headers['user-agent']?.slice(0, 300) ?? '';
  }

  get requestId(): string {
    return this.#request.id;
  }

  get cookies(): Client['cookies'] {
    return this.#request.cookies;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= goneSignal(this.#reply));
  }
}

/** The body of a route that takes it as it arrives; the parser lets no other kind through to it. */
const incomingOf = ({ body }: FastifyRequest): Readable => {
  if (body instanceof Readable) return body;
  throw new AppError('UNSUPPORTED_TYPE', { message: 'Send the bytes as application/octet-stream.' });
};

const callOf = (
  declaration: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
  multipart: Multipart | undefined,
): Omit<Call<RouteDeclaration>, 'change'> =>
  ({
    params: request.params,
    query: request.query,
    headers: declaration.headers ? request.headers : {},
    body: request.body,
    caller: request.caller,
    client: new RequestClient(request, reply),
    multipart,
    incoming: declaration.stream ? incomingOf(request) : undefined,
    unchangedSince: declaration.etag === 'match' ? unchangedSince(request.headers['if-match']) : undefined,
  }) as Omit<Call<RouteDeclaration>, 'change'>;

const namedResource = (params: unknown): string | undefined =>
  typeof params === 'object' && params !== null && 'id' in params && typeof params.id === 'string'
    ? params.id
    : undefined;

/** Whether a route changes something for somebody who is known. */
const changes = ({ audit, permission }: RouteDeclaration): boolean =>
  audit !== 'none' && permission !== 'public';

/** Runs a handler and sees to it that what it changed went with its audit line and its kept answer. */
const perform = async (
  declaration: RouteDeclaration,
  handler: AnyHandler,
  given: Omit<Call<RouteDeclaration>, 'change'>,
  db: BindOptions['db'],
  keep: Keep | undefined,
): Promise<unknown> => {
  const caller = given.caller as Caller | undefined;
  if (!caller || !changes(declaration)) return handler({ ...given, change: undefined } as never);
  // A file that could not be kept is not taken in, and a model not tried out, only to say so.
  db.require();
  const { status, audit: action } = declaration;
  const change = createChange({
    db,
    caller,
    client: given.client,
    action,
    resourceId: namedResource(given.params),
    keep: keep && ((tx, reply) => keep(tx, { status, reply: enveloped(declaration, reply) })),
  });
  const outcome = await handler({ ...given, change });
  if (!change.made) throw new Error(`The route of the action "${action}" changed nothing.`);
  return outcome;
};

/**
 * What answers a route, in one of four ways: by a job that is queued, once for an Idempotency-Key, from the cache, or by
 * its handler there and then.
 */
const handlerOf = (
  declaration: RouteDeclaration,
  handler: AnyHandler,
  id: string,
  { db, guard, idempotency, reads, later }: BindOptions,
): RouteHandlerMethod => {
  const answerLater = later?.of(id, declaration, handler);
  const byKey = declaration.idempotency === 'key';
  const cache = declaration.cache === 'none' ? undefined : reads;

  const answerOnce = async (
    key: string,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const upload = declaration.multipart
      ? digestedMultipart(request, declaration.fileField ?? 'dataset')
      : undefined;
    const call = callOf(declaration, request, reply, upload?.multipart);
    const digest = upload
      ? async () => digestOf([request.params, await upload.digest()])
      : digestOf([request.params, request.body]);
    const kept = await idempotency.once({ key, caller, route: id, digest }, async (keep) => {
      const outcome = await perform(declaration, handler, call, db, keep);
      return { status: declaration.status, reply: enveloped(declaration, outcome) } satisfies KeptReply;
    });
    if (kept.replayed) reply.header('Idempotency-Replayed', 'true');
    return reply.status(kept.status).send(kept.reply);
  };

  const outcomeOf = (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const multipart = declaration.multipart ? multipartOf(request) : undefined;
    return perform(declaration, handler, callOf(declaration, request, reply, multipart), db, undefined);
  };

  return async function answer(request, reply) {
    const caller = guard.callerOf(request);
    const queued =
      caller && answerLater?.({ request, reply, caller, client: new RequestClient(request, reply) });
    if (queued) return queued;
    const key = request.headers['idempotency-key'];
    if (byKey && typeof key === 'string' && caller) return answerOnce(key, caller, request, reply);
    if (cache && caller)
      return cache.answer({ id, declaration, request, reply, caller }, async () =>
        enveloped(declaration, await outcomeOf(request, reply)),
      );
    return sendOutcome(declaration, request, reply, await outcomeOf(request, reply));
  };
};

/** Registers every route of a module with the promises it declares. */
export const bindRoutes = <const Module extends Readonly<Record<string, RouteDeclaration>>>(
  app: FastifyInstance,
  module: string,
  declarations: Module,
  handlers: Handlers<Module>,
  options: BindOptions,
): void => {
  for (const [name, declaration] of Object.entries(declarations)) {
    const id = `${module}.${name}`;
    app.route({
      method: declaration.method,
      url: declaration.path,
      schema: schemaOf(module, name, declaration),
      // Before anyone has signed in, nothing large has a reason.
      ...(declaration.permission === 'public' && { bodyLimit: 16_384 }),
      config: { declaration },
      onRequest: options.guard.enter(declaration),
      preValidation: demandStorableQuery,
      handler: handlerOf(declaration, handlers[name] as unknown as AnyHandler, id, options),
    });
  }
};
