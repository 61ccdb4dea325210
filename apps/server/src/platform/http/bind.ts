import type { RouteDeclaration } from '@quadrax/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { Answer } from './call.ts';
import type { Call, Caller, Client, FileReply, Handlers, ListPage } from './call.ts';
import { etagOf, isUnchanged, unchangedSince } from './etag.ts';
import type { Guard } from './guard.ts';
import type { Idempotency, KeptReply } from './idempotency.ts';
import { multipartOf } from './multipart.ts';
import { schemaOf } from './schema.ts';

export interface BindOptions {
  readonly guard: Guard;
  readonly idempotency: Idempotency;
  /** Writes the audit line of a request that changed something. */
  readonly audit: (
    caller: Caller,
    action: string,
    resourceId: string | undefined,
    client: Client,
  ) => Promise<void>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    declaration?: RouteDeclaration;
  }
}

type AnyHandler = (call: Call<RouteDeclaration>) => Promise<unknown>;

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

const clientOf = (request: FastifyRequest, reply: FastifyReply): Client => {
  let signal: AbortSignal | undefined;
  return {
    address: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, 300) ?? '',
    requestId: request.id,
    cookies: request.cookies,
    // Made for those who ask: few handlers do.
    get signal() {
      return (signal ??= goneSignal(reply));
    },
  };
};

const callOf = (
  declaration: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller | undefined,
): Call<RouteDeclaration> =>
  ({
    params: request.params,
    query: request.query,
    body: request.body,
    caller,
    client: clientOf(request, reply),
    multipart: declaration.multipart ? multipartOf(request) : undefined,
    unchangedSince: declaration.etag === 'match' ? unchangedSince(request.headers['if-match']) : undefined,
  }) as Call<RouteDeclaration>;

const resourceOf = (params: unknown, data: unknown): string | undefined => {
  for (const source of [params, data]) {
    if (typeof source === 'object' && source !== null && 'id' in source && typeof source.id === 'string')
      return source.id;
  }
  return undefined;
};

/** The body that the declared envelope makes of what a handler returned. */
const enveloped = (declaration: RouteDeclaration, outcome: unknown): unknown => {
  if (declaration.envelope === 'empty') return null;
  if (declaration.envelope === 'list') {
    const { items, nextCursor, total } = outcome as ListPage<unknown>;
    const meta = { ...(nextCursor !== undefined && { nextCursor }), ...(total !== undefined && { total }) };
    return { success: true, data: items, ...(Object.keys(meta).length > 0 && { meta }) };
  }
  const { data, meta } = outcome instanceof Answer ? outcome : { data: outcome, meta: undefined };
  return declaration.envelope === 'raw' ? data : { success: true, data, ...(meta && { meta }) };
};

const sendFile = (reply: FastifyReply, file: FileReply): FastifyReply =>
  reply
    .header('Content-Length', file.bytes)
    // The name comes from a person: RFC 6266's encoded form leaves nothing in it to misread.
    .header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`)
    .type(file.contentType)
    .send(file.stream);

const sendTagged = (request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply => {
  const tag = etagOf((body as { data: unknown }).data);
  reply.header('ETag', tag).header('Cache-Control', 'private, no-cache');
  return isUnchanged(request.headers['if-none-match'], tag) ? reply.status(304).send() : reply.send(body);
};

const handlerOf = (
  declaration: RouteDeclaration,
  handler: AnyHandler,
  id: string,
  options: BindOptions,
): RouteHandlerMethod =>
  async function answer(request, reply) {
    const caller = options.guard.callerOf(request);
    const call = callOf(declaration, request, reply, caller);
    const perform = async (): Promise<KeptReply & { outcome: unknown }> => {
      const outcome = await handler(call);
      if (outcome instanceof Answer)
        for (const { name, value, path, maxAgeSeconds } of outcome.cookies)
          reply.setCookie(name, value, {
            path,
            maxAge: maxAgeSeconds,
            httpOnly: true,
            sameSite: 'strict',
            secure: request.protocol === 'https',
          });
      const body = declaration.envelope === 'file' ? undefined : enveloped(declaration, outcome);
      if (caller && declaration.audit !== 'none') {
        const data = outcome instanceof Answer ? outcome.data : outcome;
        await options.audit(caller, declaration.audit, resourceOf(request.params, data), call.client);
      }
      return { status: declaration.status, reply: body, outcome };
    };
    const key = request.headers['idempotency-key'];
    if (declaration.idempotency === 'key' && typeof key === 'string' && caller) {
      const keyed = {
        key,
        caller,
        route: id,
        body: [request.params, request.body ?? request.headers['content-length']],
      };
      const kept = await options.idempotency.once(keyed, perform);
      if (kept.replayed) reply.header('Idempotency-Replayed', 'true');
      return reply.status(kept.status).send(kept.reply);
    }
    const { outcome, reply: body } = await perform();
    if (declaration.envelope === 'file') return sendFile(reply, outcome as FileReply);
    if (declaration.envelope === 'empty') return reply.status(204).send();
    reply.status(declaration.status);
    return declaration.etag === 'send' ? sendTagged(request, reply, body) : reply.send(body);
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
      handler: handlerOf(declaration, handlers[name] as unknown as AnyHandler, id, options),
    });
  }
};
