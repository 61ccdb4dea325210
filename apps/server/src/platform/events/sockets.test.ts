import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressOf } from './sockets.ts';

const request = (forwarded: string | undefined): IncomingMessage => {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: '10.0.0.1' });
  const message = new IncomingMessage(socket);
  if (forwarded !== undefined) message.headers['x-forwarded-for'] = forwarded;
  return message;
};

describe('where a socket comes from', () => {
  it.for([
    [undefined, 0, '10.0.0.1'],
    ['203.0.113.9', 0, '10.0.0.1'],
    ['203.0.113.9', 1, '203.0.113.9'],
    ['192.0.2.66, 203.0.113.9', 1, '203.0.113.9'],
    ['192.0.2.66,203.0.113.9 , 10.0.0.2', 2, '203.0.113.9'],
    [undefined, 2, '10.0.0.1'],
    ['203.0.113.9', 3, '203.0.113.9'],
  ] as const)('forwarded for %s past %i proxies is %s', ([forwarded, proxies, address]) => {
    expect(addressOf(request(forwarded), proxies)).toBe(address);
  });
});
