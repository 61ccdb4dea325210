import type { Meta, Params, Query, Reply, RouteDeclaration, routes } from '@quadrax/contract';
import { ApiError, errorFromReply, offlineError } from './api-error.ts';
import { endpoints } from './endpoints.ts';
import { randomId } from './random-id.ts';
import { currentToken, renewToken } from './session.ts';

type Routes = typeof routes;
type BodyInput<R> = R extends { body: { _zod: { input: infer I } } } ? I : undefined;

type ParamsPart<R extends RouteDeclaration> = R['params'] extends object ? { params: Params<R> } : unknown;
type QueryPart<R extends RouteDeclaration> = R['query'] extends object
  ? { query?: Partial<Query<R>> }
  : unknown;
type BodyPart<R extends RouteDeclaration> = R['body'] extends object
  ? undefined extends BodyInput<R>
    ? { body?: BodyInput<R> }
    : { body: BodyInput<R> }
  : unknown;
interface Common {
  signal?: AbortSignal;
  /** Refuse the change if the resource is no longer the one with this ETag. */
  ifMatch?: string;
}

/** What a call takes: `params`, `query` and `body` as its route declares them, and a signal to stop it. */
export type CallInput<R extends RouteDeclaration> = ParamsPart<R> & QueryPart<R> & BodyPart<R> & Common;

/** A page of a list and where the next one begins. */
export interface Page<T> {
  items: T[];
  meta: Meta;
}

/** What a call answers: the data itself, a page of it, or nothing. */
export type CallResult<R extends RouteDeclaration> = R['envelope'] extends 'list'
  ? Page<Reply<R>>
  : R['envelope'] extends 'empty'
    ? null
    : R['envelope'] extends 'file'
      ? Blob
      : Reply<R>;

type Arguments<T> = Partial<T> extends T ? [input?: T] : [input: T];
type Call<R> = R extends RouteDeclaration
  ? (...input: Arguments<CallInput<R>>) => Promise<CallResult<R>>
  : never;

/** Every route of the contract as a function: `api.datakits.get({ params: { id } })`. */
export type Api = { readonly [M in keyof Routes]: { readonly [N in keyof Routes[M]]: Call<Routes[M][N]> } };

export const apiBase = '/api';

interface AnyInput extends Common {
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

/** "/datakits/:id" with its parameters and query filled in; what is undefined is left out. */
export function fillPath(template: string, input: Pick<AnyInput, 'params' | 'query'>): string {
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(input.params?.[name] ?? '')),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const query = search.toString();
  return query === '' ? path : `${path}?${query}`;
}

function requestInit(method: string, input: AnyInput, token: string | undefined): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (input.ifMatch !== undefined) headers['if-match'] = input.ifMatch;
  if (method === 'POST') headers['idempotency-key'] = randomId();
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  return {
    method,
    headers,
    credentials: 'same-origin',
    ...(input.signal ? { signal: input.signal } : {}),
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw offlineError();
  }
}

async function parse(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function unwrap(response: Response, envelope: string): Promise<unknown> {
  if (!response.ok) throw errorFromReply(response.status, await parse(response), response.headers);
  if (envelope === 'empty') return null;
  if (envelope === 'file') return response.blob();
  const body = await parse(response);
  if (envelope === 'raw') return body;
  if (typeof body !== 'object' || body === null || !('data' in body)) {
    throw errorFromReply(response.status, body, response.headers);
  }
  if (envelope === 'list') return { items: body.data, meta: 'meta' in body ? body.meta : {} };
  return body.data;
}

const needsNewToken = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'TOKEN_EXPIRED' || error.code === 'UNAUTHENTICATED');

/**
 * Calls a route by its signature; renews the access token once when it has expired.
 * @throws ApiError
 */
export async function request(signature: string, input: AnyInput = {}): Promise<unknown> {
  const [method = 'GET', template = '/', envelope = 'data'] = signature.split(' ');
  const url = apiBase + fillPath(template, input);
  const token = await currentToken();
  const init = requestInit(method, input, token);
  try {
    return await unwrap(await send(url, init), envelope);
  } catch (error) {
    if (token === undefined || !needsNewToken(error)) throw error;
    const renewed = await renewToken(token);
    if (renewed === undefined) throw error;
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${renewed}` };
    return unwrap(await send(url, { ...init, headers }), envelope);
  }
}

const callable = (signature: string) => (input?: AnyInput) => request(signature, input);

const calls = Object.fromEntries(
  Object.entries(endpoints).map(([module, signatures]) => [
    module,
    Object.fromEntries(Object.entries(signatures).map(([name, text]) => [name, callable(text)])),
  ]),
);

/** The typed client of this page. Errors are `ApiError`. */
export const api = calls as unknown as Api;
