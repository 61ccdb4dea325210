import type { Job, RouteDeclaration } from '@quadrax/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Tx } from '../db/index.ts';
import { AppError } from '../errors/index.ts';
import { countWaiting, deleteEnded, findJob, jobView } from '../jobs/index.ts';
import type { JobDefinition, Jobs } from '../jobs/index.ts';
import type { AnyHandler, Caller, Client } from './call.ts';
import { createChange } from './change.ts';
import { digestOf } from './idempotency.ts';
import type { Idempotency, Keep } from './idempotency.ts';
import type { LaterJobs, LaterPayload } from './later-jobs.ts';
import { prefersLater } from './prefer.ts';

/** A call of a route that may be answered later, by someone who was found to be allowed it. */
export interface LaterCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly client: Client;
}

/** Answers with a job in which the route's own handler will do what was asked; undefined: this is to be answered now. */
export type AnswerLater = (call: LaterCall) => Promise<FastifyReply> | undefined;

export interface Later {
  /** undefined: the route always answers now. */
  of(id: string, declaration: RouteDeclaration, handler: AnyHandler): AnswerLater | undefined;
  /** Removes calls that were answered, or refused, so many days ago. @returns how many */
  forget(tx: Tx, days: number): Promise<number>;
}

export interface LaterDeps {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly laterJobs: LaterJobs;
  readonly idempotency: Idempotency;
  /** Calls of one tenant that may wait for their answer. */
  readonly mostWaiting: number;
}

/** About how long a few calls take. */
const laterSeconds = 10;
const status = 202;
const enveloped = (job: unknown) => ({ success: true, data: job });

const payloadOf = ({ request, caller, client }: LaterCall): LaterPayload => {
  const { accountId, credentialId, credential } = caller;
  const { address, userAgent, requestId } = client;
  return {
    params: (request.params ?? {}) as LaterPayload['params'],
    query: (request.query ?? {}) as LaterPayload['query'],
    body: request.body,
    caller: { accountId, credentialId, credential },
    client: { address, userAgent, requestId },
  };
};

/** Turns calls of routes that declare it into jobs, where `Prefer: respond-async` asks for it (RFC 7240). */
export const createLater = ({ db, jobs, laterJobs, idempotency, mostWaiting }: LaterDeps): Later => {
  const kinds = laterJobs.definitions.map(({ kind }) => kind);

  /** The call just queued is among those that wait, and holds the tenant's share: nobody else counts meanwhile. */
  const requireRoom = async (tx: Tx): Promise<void> => {
    if ((await countWaiting(tx, kinds)) <= mostWaiting) return;
    throw new AppError('TOO_MANY_WAITING', {
      retryAfter: laterSeconds,
      message: `${mostWaiting} calls of this workspace wait for their answer already. Ask again when some have it, or without the preference "respond-async".`,
    });
  };

  /** The job, its line in the audit log and the answer kept for a repetition are there together or not at all. */
  const enqueue = (
    definition: JobDefinition<LaterPayload>,
    subjectType: string | undefined,
    call: LaterCall,
    keep: Keep | undefined,
  ): Promise<Job> => {
    const { caller, client } = call;
    const { tenantId, accountId } = caller;
    const payload = payloadOf(call);
    const subjectId = payload.params['id'];
    const change = createChange({
      db,
      caller,
      client,
      action: 'job.requested',
      resourceId: undefined,
      keep: keep && ((tx, job) => keep(tx, { status, reply: enveloped(job) })),
    });
    return change.tenant(async (tx) => {
      const id = await jobs.enqueue(tx, definition, {
        tenantId,
        payload,
        createdBy: accountId,
        ...(subjectType !== undefined &&
          typeof subjectId === 'string' && { subject: { type: subjectType, id: subjectId } }),
      });
      await requireRoom(tx);
      const row = await findJob(tx, id);
      if (!row) throw new Error('The job just queued is not there.');
      const job = jobView(row);
      return { reply: job, after: { kind: job.kind, ...(job.subject && { subject: job.subject }) } };
    });
  };

  const send = (reply: FastifyReply, body: unknown): FastifyReply => {
    const { data } = body as { data: Job };
    return reply
      .status(status)
      .header('Location', `/api/jobs/${data.id}`)
      .header('Preference-Applied', 'respond-async')
      .send(body);
  };

  return {
    of: (id, { respondAsync }, handler) => {
      const definition = respondAsync && laterJobs.serve(id, handler);
      if (!definition) return undefined;
      const answer = async (call: LaterCall): Promise<FastifyReply> => {
        const { request, reply, caller } = call;
        const queue = (keep: Keep | undefined) => enqueue(definition, respondAsync.subject, call, keep);
        const key = request.headers['idempotency-key'];
        if (typeof key !== 'string') return send(reply, enveloped(await queue(undefined)));
        const digest = digestOf([request.params, request.query, request.body]);
        // Not the route's own name: a key that was used for an answer at once is not good for a job.
        const keyed = { key, caller, route: `${id} later`, digest };
        const kept = await idempotency.once(keyed, async (keep) => ({
          status,
          reply: enveloped(await queue(keep)),
        }));
        if (kept.replayed) reply.header('Idempotency-Replayed', 'true');
        return send(reply, kept.reply);
      };
      return (call) => (prefersLater(call.request.headers['prefer']) ? answer(call) : undefined);
    },
    forget: (tx, days) => deleteEnded(tx, kinds, days),
  };
};
