import createFetchClient from 'openapi-fetch';
import type { Client as FetchClient } from 'openapi-fetch';
import { callOf, headersOf, opened } from './calling.ts';
import type { CallOptions, Data, Deferrable, JobOf, Query } from './calling.ts';
import { errorOf, pageOrigin, unreachable } from './error.ts';
import { createEvents } from './events.ts';
import type { Events } from './events.ts';
import { signatures } from './generated/nouns.ts';
import type {
  AuthCalls,
  Datakit,
  DatakitsCalls,
  Job,
  JobsCalls,
  ModelsCalls,
  Nouns,
  Preview,
  Session,
} from './generated/nouns.ts';
import type { paths } from './generated/schema.ts';
import { waitForJob } from './jobs.ts';
import { importWith } from './model-import.ts';
import type { ImportModel } from './model-import.ts';
import type { WaitOptions } from './jobs.ts';
import { createSession, dispatcher, tokensOf } from './session.ts';
import type { ClientSession, SessionOptions } from './session.ts';
import { giveUpInParts, uploadInParts } from './part-upload.ts';
import type { PartCalls, PartUploadOptions } from './part-upload.ts';
import { statedOf } from './reading.ts';
import type { ReadingOptions } from './reading.ts';
import { sendForm } from './upload.ts';
import type { UploadProgress } from './upload.ts';

export interface ClientOptions extends SessionOptions {
  /** The server's address, as `http://localhost:3001`; in a browser absent for the page's own origin. */
  readonly baseUrl?: string;
  /** A tenant by its id or short name, or what gives one before each call; absent: the home tenant. */
  readonly tenant?: string | (() => string | undefined) | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface UploadOptions extends CallOptions {
  /** Its ending tells the format. Absent: the name of the `File`. */
  readonly fileName?: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly reading?: ReadingOptions | undefined;
  readonly onProgress?: UploadProgress | undefined;
}

/** A row to predict, by the names of its features, or many. */
export type PredictInputs = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];

export interface Datakits extends Omit<DatakitsCalls, 'upload' | 'preview'> {
  /** Uploads a data file; the datakit is READY when its job has finished. */
  upload(file: Blob, options?: UploadOptions): Promise<Datakit>;
  /** The same in parts, for large files: it goes on after the line broke, or another day with the same `memory`. */
  uploadInParts(file: Blob, options?: PartUploadOptions): Promise<Datakit>;
  /** Gives up what has arrived of such an upload, as the same file and `memory` know it. */
  giveUpInParts(file: Blob, options?: PartUploadOptions): Promise<void>;
  /** Its rows, a page at a time; `total` counts all that pass the filter. */
  preview(
    id: string,
    query?: Query<'datakits.preview'>,
    options?: CallOptions,
  ): Promise<Preview & { total: number }>;
}

export interface PredictOptions extends CallOptions {
  /** Absent: `production` where there is one, else what was deployed last. */
  readonly alias?: string | undefined;
  /** A version that is deployed under any alias, in place of an alias. */
  readonly version?: number | undefined;
  /** Whom the rows are about: while a version is on trial, one key always gets the same version. */
  readonly key?: string | undefined;
  /** Each prediction tells how its features contribute. */
  readonly explain?: boolean | undefined;
}

export interface Models extends Omit<ModelsCalls, 'predict' | 'import'> {
  /** Makes a model of an ONNX file, with that as its version 1. */
  readonly import: ImportModel;
  /** Predicts one row or up to 10,000 with a deployed version. */
  readonly predict: Deferrable<
    (id: string, inputs: PredictInputs, options?: PredictOptions) => Promise<Data<'models.predict'>>
  >;
}

/** A job, or a resource that a job of its own works on. */
export interface JobReference {
  readonly id: string;
  readonly jobId?: string | undefined;
}

const jobIdOf = (work: string | JobReference): string =>
  typeof work === 'string' ? work : (work.jobId ?? work.id);

export interface Jobs extends JobsCalls {
  /** Waits for the end of a job that a call was put off to: its `result` is what the call would have answered. */
  wait<Result>(
    work: JobOf<Result>,
    options?: WaitOptions,
  ): Promise<JobOf<Result> & { readonly result: Result }>;
  /** Waits for the end of a job, given by its id or as what a call answered with. @throws JobFailedError */
  wait(work: string | JobReference, options?: WaitOptions): Promise<Job>;
}

export interface QuadraxClient extends Omit<Nouns, 'datakits' | 'models' | 'jobs'> {
  readonly datakits: Datakits;
  readonly models: Models;
  readonly jobs: Jobs;
  readonly events: Events;
  /** The same session, path by path, for what the nouns do not cover and for libraries on openapi-fetch. */
  readonly http: FetchClient<paths>;
}

const basePath = '/api/v1';

/** Signing in, up and out change what the client holds. */
const authOf = (calls: AuthCalls, session: ClientSession): AuthCalls => {
  const keep = (entered: Session): Session => {
    session.adopt(tokensOf(entered));
    return entered;
  };
  return {
    ...calls,
    login: async (body, options) => keep(await calls.login(body, options)),
    register: async (body, options) => keep(await calls.register(body, options)),
    setup: async (body, options) => keep(await calls.setup(body, options)),
    acceptInvitation: async (body, options) => keep(await calls.acceptInvitation(body, options)),
    refresh: async (body, options) => {
      if (body?.refreshToken === undefined) return session.renew();
      const tokens = await calls.refresh(body, options);
      session.adopt(tokens);
      return tokens;
    },
    logout: async (body, options) => {
      await calls.logout(body, options);
      session.clear();
    },
  };
};

interface Wiring {
  readonly api: string;
  readonly address: string;
  readonly session: ClientSession;
  readonly dispatch: (request: Request) => Promise<Response>;
  readonly tenant: () => string | undefined;
}

const tenantHeader = 'X-Tenant-ID';

const uploadTo =
  ({ api, address, session, dispatch, tenant }: Wiring): Datakits['upload'] =>
  async (file, options = {}) => {
    const { fileName, name, description, reading, onProgress, signal } = options;
    const form = new FormData();
    if (name !== undefined) form.append('name', name);
    if (description !== undefined) form.append('description', description);
    // A file is read while it arrives: what is stated of it goes before it.
    for (const [field, value] of Object.entries(statedOf(reading))) form.append(field, value);
    const known = file instanceof File ? file.name : 'data.csv';
    form.append('dataset', file, fileName ?? known);
    const chosen = tenant();
    const keyed = { ...(chosen !== undefined && { [tenantHeader]: chosen }), ...headersOf(options, true) };
    const response = await session.send((token) => {
      const headers = { ...keyed, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      const url = `${api}/datakits/upload`;
      const sending = { url, headers, form, total: file.size, onProgress, signal };
      return sendForm(sending, dispatch).catch((error: unknown) => {
        throw error instanceof TypeError ? unreachable(address, error) : error;
      });
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(response, body);
    return opened('data', body, response) as Datakit;
  };

/** A page that did not come over TLS has no Web Crypto: what it sends is not held against a digest. */
const webCrypto = (globalThis as { readonly crypto?: { readonly subtle?: SubtleCrypto } }).crypto?.subtle;

/** The digest of bytes as a field of the head (RFC 9530). */
const digestOf = async (bytes: ArrayBuffer): Promise<{ 'Content-Digest'?: string }> => {
  if (!webCrypto) return {};
  const hash = new Uint8Array(await webCrypto.digest('SHA-256', bytes));
  return { 'Content-Digest': `sha-256=:${btoa(String.fromCharCode(...hash))}:` };
};

/** Sends the next part of an upload as it stands, with its digest: it is kept as it was sent, or not at all. */
const appendTo =
  ({ api, address, session, dispatch, tenant }: Wiring): PartCalls['append'] =>
  async (id, offset, part, signal) => {
    const chosen = tenant();
    const bytes = await part.arrayBuffer();
    const digest = await digestOf(bytes);
    const response = await session.send((token) =>
      dispatch(
        new Request(`${api}/datakits/uploads/${id}`, {
          method: 'PATCH',
          headers: {
            'Content-Type': 'application/partial-upload',
            'Upload-Offset': String(offset),
            ...digest,
            ...(chosen !== undefined && { [tenantHeader]: chosen }),
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: bytes,
          ...(signal && { signal }),
        }),
      ).catch((error: unknown) => {
        throw error instanceof TypeError ? unreachable(address, error) : error;
      }),
    );
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(response, body);
    return opened('data', body, response) as Awaited<ReturnType<PartCalls['append']>>;
  };

const partCallsOf = (calls: DatakitsCalls, append: PartCalls['append']): PartCalls => ({
  start: (body) => calls.startUpload(body),
  get: (id) => calls.getUpload(id),
  append,
  complete: (id) => calls.completeUpload(id),
  cancel: async (id) => {
    await calls.cancelUpload(id);
  },
  datakit: async (id, version) => {
    const [datakit, made] = await Promise.all([calls.get(id), calls.version(id, version)]);
    return { ...datakit, version, status: made.status, jobId: made.jobId };
  },
});

const previewWith =
  (http: FetchClient<paths>): Datakits['preview'] =>
  (id, query, options) =>
    (
      callOf(http, 'GET /datakits/{id}/preview list query')(id, query, options) as Promise<{
        items: Preview;
        total: number;
      }>
    ).then(({ items, total }) => ({ ...items, total }));

/** A list of rows or a single one is all that a prediction takes. */
const predictWith = (calls: ModelsCalls): Models['predict'] => {
  const bodyOf = (inputs: PredictInputs, { alias, version, key, explain }: PredictOptions = {}) =>
    ({ inputs, alias, version, key, explain }) as Parameters<ModelsCalls['predict']>[1];
  const now = (id: string, inputs: PredictInputs, options?: PredictOptions) =>
    calls.predict(id, bodyOf(inputs, options), options);
  return Object.assign(now, {
    later: (id: string, inputs: PredictInputs, options?: PredictOptions) =>
      calls.predict.later(id, bodyOf(inputs, options), options),
  });
};

/** Sent without a session: what opens one. */
const opensSession = /\/auth\/(login|register|refresh|setup|accept-invitation)$/;

/**
 * A client of a Quadrax server, for browsers and Node alike. Calls are grouped by noun as the API is
 * (`client.models.train(id, …)`) and throw `QuadraxError`. An access token that ends is renewed by itself.
 */
export const createClient = (options: ClientOptions = {}): QuadraxClient => {
  const address = (options.baseUrl ?? pageOrigin() ?? 'http://localhost:3001').replace(/\/+$/, '');
  const api = address + basePath;
  const dispatch = dispatcher(options.fetch, address);
  const session = createSession({ ...options, api, dispatch });
  const given = options.tenant;
  const tenant = typeof given === 'function' ? given : () => given;
  const authorised = (request: Request): Promise<Response> => {
    const chosen = tenant();
    if (chosen !== undefined) request.headers.set(tenantHeader, chosen);
    return opensSession.test(new URL(request.url).pathname)
      ? dispatch(request)
      : session.send((token) => {
          const attempt = request.clone();
          if (token !== undefined) attempt.headers.set('authorization', `Bearer ${token}`);
          return dispatch(attempt);
        });
  };
  const http = createFetchClient<paths>({ baseUrl: api, fetch: authorised });
  const nouns = Object.fromEntries(
    Object.entries(signatures).map(([noun, calls]) => [
      noun,
      Object.fromEntries(Object.entries(calls).map(([name, text]) => [name, callOf(http, text)])),
    ]),
  ) as unknown as Nouns;
  const events = createEvents({ address, tenant, session });
  const { datakits, models, jobs } = nouns;
  const wiring = { api, address, session, dispatch, tenant };
  const parts = partCallsOf(datakits, appendTo(wiring));
  return {
    ...nouns,
    auth: authOf(nouns.auth, session),
    datakits: {
      ...datakits,
      upload: uploadTo(wiring),
      uploadInParts: (file, given) => uploadInParts(parts, file, given),
      giveUpInParts: (file, given) => giveUpInParts(parts, file, given),
      preview: previewWith(http),
    },
    models: { ...models, predict: predictWith(models), import: importWith(models) },
    jobs: {
      ...jobs,
      wait: (work: string | JobReference, wait?: WaitOptions) =>
        waitForJob({ get: jobs.get, events }, jobIdOf(work), wait) as Promise<never>,
    },
    events,
    http,
  };
};
