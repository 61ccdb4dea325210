import { randomBytes } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { ErrorReply, Meta, RouteDeclaration, Session, User } from '@quadrax/contract';
import type { z } from 'zod';

/** What a request carries beside its route. */
export interface CallInput {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly form?: FormData;
  /** A body of bytes. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as it came. */
export interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined if it is no JSON. */
  readonly body: unknown;
}

export type ReplyOf<R extends RouteDeclaration> = z.output<R['reply']>;

/** The path of a route below the base path, its parameters filled in. */
export const pathOf = (route: RouteDeclaration, { params = {}, query = {} }: CallInput = {}): string => {
  const path = route.path.replaceAll(/:(\w+)/g, (_whole, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${route.path} needs the parameter "${name}".`);
    return encodeURIComponent(value);
  });
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return search.size > 0 ? `${path}?${search.toString()}` : path;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Speaks to a server as one person, or as nobody. */
export class TestClient {
  readonly url: string;
  readonly session: Session | undefined;
  /** Sent with every request; the defaults may be overridden by a request's own. */
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, session?: Session, headers: Readonly<Record<string, string>> = {}) {
    this.url = url;
    this.session = session;
    this.#headers = { ...(session && { authorization: `Bearer ${session.token}` }), ...headers };
  }

  get user(): User {
    if (!this.session) throw new Error('Nobody is signed in here.');
    return this.session.user;
  }

  get tenantId(): string {
    return this.user.tenantId;
  }

  get token(): string {
    return this.session?.token ?? '';
  }

  /** The same person with other headers, or at another server. */
  with(headers: Readonly<Record<string, string>>, url = this.url): TestClient {
    return new TestClient(url, this.session, { ...this.#headers, ...headers });
  }

  /** Any request, by path. */
  async request(method: string, path: string, init: Omit<RequestInit, 'method'> = {}): Promise<RawReply> {
    const headers = new Headers(this.#headers);
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const response = await fetch(this.url + path, { ...init, method, headers, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  /** A request of a route, whatever comes of it. */
  send(route: RouteDeclaration, input: CallInput = {}): Promise<RawReply> {
    if (input.bytes)
      return this.request(route.method, `/api/v1${pathOf(route, input)}`, {
        headers: { 'content-type': 'application/octet-stream', ...input.headers },
        body: input.bytes,
      });
    const json = input.body !== undefined && { 'content-type': 'application/json' };
    const base = route.protocol === undefined ? '/api/v1' : '';
    return this.request(route.method, base + pathOf(route, input), {
      headers: { ...json, ...input.headers },
      ...(input.form ? { body: input.form } : json && { body: JSON.stringify(input.body) }),
    });
  }

  /** A request that must succeed; its data. */
  async call<R extends RouteDeclaration>(route: R, input: CallInput = {}): Promise<ReplyOf<R>> {
    const body = succeeded(route, await this.send(route, input));
    return (route.envelope === 'raw' ? body : (body as { data?: unknown } | undefined)?.data) as ReplyOf<R>;
  }

  /** A page of a list, which must be there. */
  async page<R extends RouteDeclaration>(
    route: R,
    input: CallInput = {},
  ): Promise<{ items: ReplyOf<R>[]; meta: Meta }> {
    const body = succeeded(route, await this.send(route, input)) as { data: ReplyOf<R>[]; meta?: Meta };
    return { items: body.data, meta: body.meta ?? {} };
  }

  /** A request that must be refused; the error. */
  async refused(route: RouteDeclaration, input: CallInput = {}): Promise<ErrorReply & { status: number }> {
    const reply = await this.send(route, input);
    if (reply.status < 400) throw new Error(`${route.method} ${route.path} was not refused: ${reply.text}`);
    return { ...(reply.body as ErrorReply), status: reply.status };
  }
}

const succeeded = (route: RouteDeclaration, reply: RawReply): unknown => {
  if (reply.status !== route.status)
    throw new Error(`${route.method} ${route.path} answered ${reply.status}: ${reply.text.slice(0, 2000)}`);
  return reply.body;
};

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly username?: string;
  readonly organization?: string;
}

export const newEmail = (): string => `person-${randomBytes(6).toString('hex')}@example.org`;

/** A form that opens an account nobody else has. */
export const newRegistration = (changes: Partial<Registration> = {}): Registration => ({
  email: newEmail(),
  password: randomBytes(9).toString('base64url'),
  firstName: 'Ada',
  lastName: 'Test',
  ...changes,
});

/** Opens an account with a tenant of its own, and speaks as its owner. */
export const register = async (url: string, changes: Partial<Registration> = {}): Promise<TestClient> => {
  const body = newRegistration(changes);
  return new TestClient(url, await new TestClient(url).call(routes.identity.register, { body }));
};

/** Opens another session of an account. */
export const signIn = async (url: string, email: string, password: string): Promise<TestClient> =>
  new TestClient(url, await new TestClient(url).call(routes.identity.login, { body: { email, password } }));
