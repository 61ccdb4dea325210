import type { Datakit } from '@quadrax/contract';
import { ApiError, errorFromReply, offlineError } from '#lib/api-error.ts';
import { apiBase } from '#lib/api.ts';
import { randomId } from '#lib/random-id.ts';
import { currentToken, renewToken } from '#lib/session.ts';
import type { SendHooks } from './upload-queue.ts';

/**
 * Uploads a file with progress, which `fetch` cannot report for a request.
 * @throws ApiError
 */
export async function sendFile(
  file: File,
  fields: { name: string; description: string },
  hooks: SendHooks,
): Promise<Datakit> {
  const key = randomId();
  const token = await currentToken();
  try {
    return await attempt(file, fields, hooks, key, token);
  } catch (error) {
    const expired = error instanceof ApiError && error.status === 401 && token !== undefined;
    const renewed = expired ? await renewToken(token) : undefined;
    if (renewed === undefined) throw error;
    return attempt(file, fields, hooks, key, renewed);
  }
}

function attempt(
  file: File,
  fields: { name: string; description: string },
  { signal, progress }: SendHooks,
  key: string,
  token: string | undefined,
): Promise<Datakit> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${apiBase}/datakits/upload`);
    request.setRequestHeader('idempotency-key', key);
    if (token !== undefined) request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.addEventListener('progress', (event) =>
      progress(Math.min(event.loaded, file.size), file.size),
    );
    request.addEventListener('load', () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300 && hasData(body)) resolve(body.data);
      else reject(errorFromReply(request.status, body));
    });
    request.addEventListener('error', () => reject(offlineError()));
    request.addEventListener('abort', () =>
      reject(new ApiError({ code: 'ABORTED', message: 'The upload was stopped.' })),
    );
    signal.addEventListener('abort', () => request.abort());
    // The fields go before the file, so that the server knows them when the stream begins.
    const form = new FormData();
    if (fields.name !== '') form.append('name', fields.name);
    if (fields.description !== '') form.append('description', fields.description);
    form.append('dataset', file);
    if (signal.aborted) reject(new ApiError({ code: 'ABORTED', message: 'The upload was stopped.' }));
    else request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hasData = (body: unknown): body is { data: Datakit } =>
  typeof body === 'object' && body !== null && 'data' in body;
