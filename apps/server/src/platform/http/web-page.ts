import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { pagePolicy } from './security-headers.ts';

/** A page of HTML that names its nonce in places; filled in anew for each request. */
export type WebPage = (nonce: string) => string;

/** Makes a page of its template, where `mark` stands for the nonce. */
export const webPage = (template: string, mark: string): WebPage => {
  const parts = template.split(mark);
  return (nonce) => parts.join(nonce);
};

/**
 * Answers with a page under a policy that knows the nonce in it. Never stored: a kept page beside a fresh policy, which
 * is what a 304 leads to, would lose its styles.
 */
export const sendPage = (reply: FastifyReply, page: WebPage): FastifyReply => {
  const nonce = randomBytes(16).toString('base64url');
  return reply
    .header('content-security-policy', pagePolicy(nonce))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page(nonce));
};
