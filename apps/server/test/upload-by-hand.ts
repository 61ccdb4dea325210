import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestClient } from '@quadrax/testkit';

/** The head of an append over a connection that a test may break, with as much of the body as it likes. */
export const appendByHand = async (
  client: TestClient,
  id: string,
  offset: number,
  length: number,
  body: Uint8Array,
) => {
  const socket = connect(Number(new URL(client.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    [
      `PATCH /api/v1/datakits/uploads/${id} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${client.token}`,
      'Content-Type: application/partial-upload',
      `Content-Length: ${length}`,
      `Upload-Offset: ${offset}`,
      '',
      '',
    ].join('\r\n'),
  );
  socket.write(body);
  return socket;
};
