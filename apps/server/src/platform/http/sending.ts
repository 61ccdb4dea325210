import type { RouteDeclaration } from '@quadrax/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answer } from './call.ts';
import type { Cookie, FileReply, ListPage } from './call.ts';
import { etagOf, isUnchanged } from './etag.ts';

/** The body that the declared envelope makes of what a handler returned. */
export const enveloped = (declaration: RouteDeclaration, outcome: unknown): unknown => {
  if (declaration.envelope === 'empty') return null;
  if (declaration.envelope === 'list') {
    const { items, nextCursor, total } = outcome as ListPage<unknown>;
    const meta = { ...(nextCursor !== undefined && { nextCursor }), ...(total !== undefined && { total }) };
    return { success: true, data: items, ...(Object.keys(meta).length > 0 && { meta }) };
  }
  const { data, meta } = outcome instanceof Answer ? outcome : { data: outcome, meta: undefined };
  return declaration.envelope === 'raw' ? data : { success: true, data, ...(meta && { meta }) };
};

const sendFile = (reply: FastifyReply, file: FileReply): FastifyReply => {
  if (file.bytes !== undefined) reply.header('Content-Length', file.bytes);
  return (
    reply
      // The name comes from a person: RFC 6266's encoded form leaves nothing in it to misread.
      .header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.fileName)}`)
      .type(file.contentType)
      .send(file.stream)
  );
};

const tagOf = (body: unknown): string => etagOf((body as { data: unknown }).data);

const sendTagged = (request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply => {
  const tag = tagOf(body);
  reply.header('ETag', tag).header('Cache-Control', 'private, no-cache');
  return isUnchanged(request.headers['if-none-match'], tag) ? reply.status(304).send() : reply.send(body);
};

const setCookies = (request: FastifyRequest, reply: FastifyReply, cookies: readonly Cookie[]): void => {
  for (const { name, value, path, maxAgeSeconds, sameSite = 'strict' } of cookies)
    reply.setCookie(name, value, {
      path,
      maxAge: maxAgeSeconds,
      httpOnly: true,
      sameSite,
      secure: request.protocol === 'https',
    });
};

/** Sends what a handler returned as its route declares. */
export const sendOutcome = (
  declaration: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: unknown,
): FastifyReply => {
  if (outcome instanceof Answer) {
    setCookies(request, reply, outcome.cookies);
    reply.headers(outcome.headers);
  }
  if (declaration.envelope === 'file') return sendFile(reply, outcome as FileReply);
  if (declaration.envelope === 'empty') return reply.status(204).send();
  if (declaration.envelope === 'redirect') return reply.redirect((outcome as Answer<string>).data, 302);
  const body = enveloped(declaration, outcome);
  reply.status((outcome instanceof Answer ? outcome.status : undefined) ?? declaration.status);
  if (declaration.etag === 'send') return sendTagged(request, reply, body);
  if (declaration.etag === 'match') reply.header('ETag', tagOf(body));
  return reply.send(body);
};
