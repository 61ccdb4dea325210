/** Bytes of the file that went out, of all that it has. */
export type UploadProgress = (sent: number, total: number) => void;

interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: FormData;
  readonly total: number;
  readonly onProgress: UploadProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

const headersIn = (text: string): [string, string][] =>
  text
    .trim()
    .split(/\r?\n/)
    .filter((line) => line.includes(':'))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);

/** In a browser, where `fetch` does not tell what has gone out. */
const sendByXhr = ({ url, headers, form, total, onProgress, signal }: Sending): Promise<Response> =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener('progress', ({ loaded }) =>
      // The browser counts the form around the file too.
      onProgress?.(Math.min(loaded, total), total),
    );
    xhr.addEventListener('load', () => {
      const answered = headersIn(xhr.getAllResponseHeaders());
      resolve(new Response(xhr.responseText, { status: xhr.status, headers: answered }));
    });
    xhr.addEventListener('error', () => reject(new TypeError('The upload broke off.')));
    xhr.addEventListener('abort', () =>
      reject(signal?.reason ?? new DOMException('The upload was stopped.', 'AbortError')),
    );
    signal?.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(form);
  });

/** Elsewhere the body is a stream that counts what is taken from it. */
const counted = ({ url, headers, form, total, onProgress, signal }: Sending): Request => {
  const encoded = new Response(form);
  let sent = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, out) => {
      sent += chunk.byteLength;
      onProgress?.(Math.min(sent, total), total);
      out.enqueue(chunk);
    },
  });
  const init = {
    method: 'POST',
    headers: { ...headers, 'content-type': encoded.headers.get('content-type') ?? '' },
    body: encoded.body?.pipeThrough(counter) ?? null,
    duplex: 'half',
    ...(signal && { signal }),
  };
  return new Request(url, init);
};

/** Sends a form, telling how much of it has gone out where somebody wants to know. */
export const sendForm = (
  sending: Sending,
  dispatch: (request: Request) => Promise<Response>,
): Promise<Response> => {
  const { url, headers, form, signal, onProgress } = sending;
  if (!onProgress)
    return dispatch(new Request(url, { method: 'POST', headers, body: form, ...(signal && { signal }) }));
  signal?.throwIfAborted();
  return typeof XMLHttpRequest === 'undefined' ? dispatch(counted(sending)) : sendByXhr(sending);
};
