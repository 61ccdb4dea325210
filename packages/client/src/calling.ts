import type { Client as FetchClient } from 'openapi-fetch';
import { errorOf, QuadraxError } from './error.ts';
import type { components, operations, paths } from './generated/schema.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Recognises a repetition of the same creation; each creation has a key of its own otherwise. */
  readonly idempotencyKey?: string | undefined;
  /** Refuses the change if the resource is no longer the one with this ETag. */
  readonly ifMatch?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** Where the next page begins; undefined: this is the last. */
  readonly nextCursor?: string | undefined;
  readonly total?: number | undefined;
}

/** Await it for one page; `for await` walks the items of all pages. */
export type Listing<T> = Promise<Page<T>> & AsyncIterable<T>;

type OperationId = keyof operations;
type Json<R> = R extends { content: { 'application/json': infer J } } ? J : never;
type Replies<I extends OperationId> = operations[I]['responses'];
type Done<I extends OperationId> = keyof Replies<I> & (200 | 201);
/** A call that is answered with 202 only starts a job; beside another answer, 202 is for those who ask for a job. */
type Success<I extends OperationId> = Json<
  Replies<I>[[Done<I>] extends [never] ? keyof Replies<I> & 202 : Done<I>]
>;

/** What the envelope of an answer holds. */
export type Data<I extends OperationId> = Success<I> extends { data: infer D } ? D : Success<I>;
export type Query<I extends OperationId> = NonNullable<operations[I]['parameters']['query']>;
type Content<I extends OperationId, Kind extends string> = operations[I] extends {
  requestBody?: { content: Record<Kind, infer B> };
}
  ? B
  : never;
export type Body<I extends OperationId> = Content<I, 'application/json'>;
export type Form<I extends OperationId> = Content<I, 'multipart/form-data'>;

type Job = components['schemas']['Job'];

/** A job whose result is known: what a call would have answered. */
export type JobOf<Result> = Omit<Job, 'result'> & { readonly result?: Result };

/** A call that can also be answered by a job, for what takes longer than one wants to wait. */
export interface Deferrable<Call extends (...given: never[]) => Promise<unknown>> {
  (...given: Parameters<Call>): ReturnType<Call>;
  /** Starts a job that does it; `client.jobs.wait` gives its `result`. */
  later(...given: Parameters<Call>): Promise<JobOf<Awaited<ReturnType<Call>>>>;
}

/** A call as `METHOD path envelope input [key] [later]` says it. */
export interface Signature {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly string[];
  readonly envelope: string;
  readonly input: string;
  readonly keyed: boolean;
  readonly deferrable: boolean;
}

export const readSignature = (text: string): Signature => {
  const [method = '', path = '', envelope = '', input = '', ...marks] = text.split(' ');
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const [keyed, deferrable] = [marks.includes('key'), marks.includes('later')];
  return { method, path, parameters, envelope, input, keyed, deferrable };
};

/** A random key, also on pages that are not served over TLS, where `randomUUID` is missing. */
export const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const headersOf = (
  { ifMatch, idempotencyKey }: CallOptions,
  keyed: boolean,
): Record<string, string> => ({
  ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
  ...(keyed && { 'Idempotency-Key': idempotencyKey ?? randomKey() }),
});

interface Envelope {
  readonly data: unknown;
  readonly meta?: { readonly nextCursor?: string; readonly total?: number };
}

/** What an envelope holds, by its kind. @throws QuadraxError where it is none of ours */
export const opened = (envelope: string, body: unknown, response: Response): unknown => {
  if (envelope === 'empty') return undefined;
  if (envelope === 'raw' || envelope === 'file') return body;
  if (typeof body !== 'object' || body === null || !('data' in body)) throw errorOf(response, body);
  const { data, meta } = body as Envelope;
  return envelope === 'list' ? { items: data, ...meta } : data;
};

type Http = Pick<FetchClient<paths>, 'request'>;
type Parts = { path: Record<string, unknown>; query: unknown; body: unknown; later?: boolean };

const request = async (
  http: Http,
  signature: Signature,
  { path, query, body, later = false }: Parts,
  options: CallOptions,
): Promise<unknown> => {
  const init = {
    params: { path, query },
    // A job is made: what is not keyed by itself is then.
    headers: { ...headersOf(options, signature.keyed || later), ...(later && { Prefer: 'respond-async' }) },
    parseAs: signature.envelope === 'file' ? 'blob' : 'json',
    ...(body !== undefined && { body }),
    ...(options.signal && { signal: options.signal }),
  };
  let answer: { data?: unknown; error?: unknown; response: Response };
  try {
    answer = await http.request(
      signature.method.toLowerCase() as 'get',
      signature.path as '/jobs',
      init as Record<string, unknown>,
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new QuadraxError({
      code: 'UNEXPECTED_REPLY',
      message: 'The answer is no JSON. Check that the address is that of a Quadrax server.',
      cause: error,
    });
  }
  const { data, error, response } = answer;
  if (!response.ok) throw errorOf(response, error);
  return opened(signature.envelope, data, response);
};

/** Fetches the first page at once and the others as they are walked to. */
const listingOf = <T>(pageAt: (cursor: string | undefined) => Promise<Page<T>>): Listing<T> => {
  const first = pageAt(undefined);
  return Object.assign(first, {
    async *[Symbol.asyncIterator]() {
      let page = await first;
      yield* page.items;
      while (page.nextCursor !== undefined) {
        page = await pageAt(page.nextCursor);
        yield* page.items;
      }
    },
  });
};

const calling =
  (http: Http, signature: Signature, later: boolean) =>
  (...given: unknown[]): unknown => {
    const { parameters, input, envelope } = signature;
    const path = Object.fromEntries(parameters.map((name, at) => [name, given[at]]));
    const rest = given.slice(parameters.length);
    const value = input === 'none' ? undefined : rest.shift();
    const options = (rest[0] ?? {}) as CallOptions;
    const query = input === 'query' ? (value as object | undefined) : undefined;
    const body = input === 'body' ? (value ?? {}) : input === 'form' ? value : undefined;
    if (envelope !== 'list') return request(http, signature, { path, query, body, later }, options);
    return listingOf((cursor) => {
      const walked = cursor === undefined ? query : { ...query, cursor };
      return request(http, signature, { path, query: walked, body }, options) as Promise<Page<unknown>>;
    });
  };

/**
 * The function of a signature: its path's parameters in their order, then query or body, then options. `later` of it
 * has the same answered by a job.
 */
export const callOf = (http: Http, text: string) => {
  const signature = readSignature(text);
  const now = calling(http, signature, false);
  return signature.deferrable ? Object.assign(now, { later: calling(http, signature, true) }) : now;
};
