import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Datakit, Job, JobLogLine, Model, ModelVersion, Session } from '@quadrax/contract';
import type { BenchServer } from './server.ts';

/** Speaks to a server as one person. */
export interface Api {
  readonly server: BenchServer;
  readonly token: string;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

const ended = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/** Opens an account and speaks as its owner. */
export const register = async (server: BenchServer): Promise<Api> => {
  const call = async <T>(token: string | undefined, method: string, path: string, body?: unknown) => {
    const reply = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text.slice(0, 1000)}`);
    return (JSON.parse(text) as { data: T }).data;
  };
  const { token } = await call<Session>(undefined, 'POST', '/auth/register', {
    email: `bench-${randomBytes(6).toString('hex')}@example.org`,
    password: `a long password ${randomBytes(6).toString('hex')}`,
    firstName: 'Bench',
    lastName: 'Mark',
  });
  return { server, token, call: (method, path, body) => call(token, method, path, body) };
};

/** Sends a file as a form, straight from the disk, as `curl -F` does. */
export const uploadFile = async ({ server, token }: Api, file: string): Promise<Datakit> => {
  const boundary = `----${randomBytes(12).toString('hex')}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="dataset"; filename="${basename(file)}"\r\nContent-Type: text/csv\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const { size } = await stat(file);
  return new Promise((resolve, reject) => {
    const sending = request(
      `${server.url}/api/v1/datakits/upload`,
      {
        method: 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'content-length': head.length + size + tail.length,
        },
      },
      (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.on('error', reject);
        reply.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (reply.statusCode === 202) resolve((JSON.parse(text) as { data: Datakit }).data);
          else reject(new Error(`The upload answered ${reply.statusCode}: ${text.slice(0, 1000)}`));
        });
      },
    );
    sending.on('error', reject);
    sending.write(head);
    const bytes = createReadStream(file, { highWaterMark: 256 * 1024 });
    bytes.on('error', reject);
    bytes.on('end', () => sending.end(tail));
    bytes.pipe(sending, { end: false });
  });
};

/** The job once it has succeeded. @throws with its error if it did not. */
export const jobSucceeds = async (api: Api, id: string, everyMs = 20): Promise<Job> => {
  for (;;) {
    const job = await api.call<Job>('GET', `/jobs/${id}`);
    if (job.status === 'SUCCEEDED') return job;
    if (ended.has(job.status)) throw new Error(`The job did not succeed: ${JSON.stringify(job.error)}`);
    await pause(everyMs);
  }
};

export const jobLog = (api: Api, id: string): Promise<JobLogLine[]> =>
  api.call<JobLogLine[]>('GET', `/jobs/${id}/logs?limit=100`);

/** Uploads a file and waits until its profile is there. */
export const readyDatakit = async (api: Api, file: string): Promise<Datakit> => {
  const { id, jobId = '' } = await uploadFile(api, file);
  await jobSucceeds(api, jobId);
  return api.call<Datakit>('GET', `/datakits/${id}`);
};

export const newClassifier = async (api: Api): Promise<string> => {
  const { id } = await api.call<Model>('POST', '/models', { name: 'Bench', type: 'CLASSIFICATION' });
  return id;
};

/** Puts a training by gradient boosting with a holdout in the queue. */
export const startTraining = (
  api: Api,
  modelId: string,
  datakitId: string,
  parameters: object,
): Promise<Job> =>
  api.call<Job>('POST', `/models/${modelId}/train`, {
    datakitId,
    target: 'target',
    algorithm: 'gradient_boosting',
    validation: { holdout: 0.2 },
    parameters,
  });

/** Trains a model of 100 trees on a file and deploys it: where it answers, and a row to ask it for. */
export const deployedModel = async (api: Api, file: string): Promise<{ path: string; row: object }> => {
  const { id: datakitId } = await readyDatakit(api, file);
  const id = await newClassifier(api);
  const job = await startTraining(api, id, datakitId, { iterations: 100, earlyStopping: 'off' });
  await jobSucceeds(api, job.id);
  await api.call('POST', `/models/${id}/deploy`, { version: 1 });
  const { example } = await api.call<ModelVersion>('GET', `/models/${id}/versions/1`);
  return { path: `/models/${id}/predict`, row: example };
};
