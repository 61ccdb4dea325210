import type { RouteDeclaration } from '@quadrax/contract';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { defineJob, JobError } from '../jobs/index.ts';
import type { JobContext, JobDefinition } from '../jobs/index.ts';
import { Answer } from './call.ts';
import type { AnyHandler, Caller, Client } from './call.ts';
import { requireLater } from './guard.ts';

/**
 * Who asked for something earlier, as they stand now. Their session may have ended meanwhile; an API key must be good.
 * The identity module has the answer. @throws AppError FORBIDDEN
 */
export type CallerNow = (
  asked: Pick<Caller, 'accountId' | 'credentialId' | 'credential' | 'tenantId'>,
) => Promise<Caller>;

/** A call that is answered later: what was asked, by whom and from where. */
export interface LaterPayload {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly caller: Pick<Caller, 'accountId' | 'credentialId' | 'credential'>;
  readonly client: Pick<Client, 'address' | 'userAgent' | 'requestId'>;
}

/** The kinds of job that calls become, one for each route that declares it, named as the route is. */
export interface LaterJobs {
  readonly definitions: readonly JobDefinition<LaterPayload>[];
  /** The job of a route, from now on done by its handler; undefined: the route answers at once only. */
  serve(id: string, handler: AnyHandler): JobDefinition<LaterPayload> | undefined;
}

/** The largest answer that a job keeps, as JSON. */
const mostBytes = 16 * 1024 ** 2;

const payloadOf = ({ params, query, body }: RouteDeclaration): z.ZodType<LaterPayload> =>
  z.object({
    // What a route's schemas let through they let through again: a newer program reads an older call by its own.
    params: params ?? z.object({}),
    query: query ?? z.object({}),
    body: body ?? z.undefined().optional(),
    caller: z.object({
      accountId: z.uuid(),
      credentialId: z.uuid(),
      credential: z.enum(['session', 'key']),
    }),
    client: z.object({ address: z.string(), userAgent: z.string(), requestId: z.string() }),
  });

/** A job keeps one object, and its handler may run more than once: neither holds for every route. */
const checkDeclaration = (id: string, { audit, envelope, multipart, reply }: RouteDeclaration): void => {
  if (audit !== 'none' || envelope !== 'data' || multipart || !(reply instanceof z.ZodObject))
    throw new TypeError(
      `The route ${id} cannot be answered by a job: it must change nothing, and answer with one object.`,
    );
};

/** The database is back within this, or another change is over; what takes longer would be tried for ever. */
const passesWithinSeconds = 2;

/** A job is put back while something is away. What stays away ends it, with the sentence a client would be told. */
const lasting = (error: unknown): never => {
  const isLasting =
    error instanceof AppError &&
    error.code === 'UNAVAILABLE' &&
    (error.retryAfter ?? Number.POSITIVE_INFINITY) > passesWithinSeconds;
  throw isLasting ? new JobError(error.code, error.message) : error;
};

/** @throws AppError TOO_LARGE */
const kept = (outcome: unknown): Record<string, unknown> => {
  const data = outcome instanceof Answer ? outcome.data : outcome;
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > mostBytes)
    throw new AppError('TOO_LARGE', {
      message: `The answer has ${Math.ceil(bytes / 1024 ** 2)} MB, and a job keeps ${mostBytes / 1024 ** 2} MB. Ask for less at once, or without the preference "respond-async".`,
    });
  return data as Record<string, unknown>;
};

export const createLaterJobs = (
  routes: Readonly<Record<string, Readonly<Record<string, RouteDeclaration>>>>,
  callerNow: CallerNow,
): LaterJobs => {
  const handlers = new Map<string, AnyHandler>();

  /** Answers the call as its route does, for the caller as they stand now. */
  const run = async (
    id: string,
    declaration: RouteDeclaration,
    { params, query, body, caller, client }: LaterPayload,
    { tenantId, signal }: JobContext,
  ): Promise<Record<string, unknown>> => {
    const handler = handlers.get(id);
    if (!handler) throw new Error(`The route ${id} is not bound.`);
    const now = await callerNow({ ...caller, tenantId });
    requireLater(declaration, now);
    const call = { params, query, body, caller: now, client: { ...client, cookies: {}, signal } };
    return kept(await handler(call as never).catch(lasting));
  };

  const definitions = Object.entries(routes).flatMap(([module, declarations]) =>
    Object.entries(declarations)
      .filter(([, { respondAsync }]) => respondAsync)
      .map(([name, declaration]) => {
        const kind = `${module}.${name}`;
        checkDeclaration(kind, declaration);
        return defineJob<LaterPayload>({
          kind,
          version: 1,
          payload: payloadOf(declaration),
          forgetsPayload: true,
          run: async (payload, context) => {
            const result = await run(kind, declaration, payload, context);
            return () => Promise.resolve(result);
          },
          // Nothing waits for it, and nothing was changed for it.
          ended: () => Promise.resolve(),
          revived: () => Promise.resolve(),
        });
      }),
  );

  return {
    definitions,
    serve: (id, handler) => {
      const definition = definitions.find(({ kind }) => kind === id);
      if (definition) handlers.set(id, handler);
      return definition;
    },
  };
};
