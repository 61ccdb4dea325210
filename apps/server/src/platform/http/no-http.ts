import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '@quadrax/contract';
import { AppError } from '../errors/index.ts';
import { errorReply } from './error-reply.ts';
import { securityHeaders } from './security-headers.ts';

/** What Node says of a connection that brings no request; anything else is no HTTP. */
const codes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
};

/** Answers what never became a request, in the form of every other refusal, and ends the connection. */
export const refuseNoHttp = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = new AppError(codes[error.code ?? ''] ?? 'MALFORMED_REQUEST');
  const id = randomUUID();
  const body = JSON.stringify(errorReply(refusal, id, false));
  const headers = {
    ...securityHeaders,
    'x-request-id': id,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${fields.join('')}\r\n${body}`,
    () => socket.destroy(),
  );
};
