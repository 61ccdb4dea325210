/** The peer of predict.ts: Fastify with nothing but two routes that reply with a body of a given size. */
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import Fastify from 'fastify';

const app = Fastify();
const reply = process.argv[2] ?? '{}';
const body: unknown = JSON.parse(reply);
app.post('/', async () => body);
app.get('/', async () => body);
await app.listen({ host: '127.0.0.1', port: 0 });
process.on('disconnect', () => process.exit(0));
process.send?.((app.server.address() as AddressInfo).port);
