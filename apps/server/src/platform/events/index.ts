export { createEventBus } from './bus.ts';
export type { BusMessage, EventBus } from './bus.ts';
export { attachSockets } from './sockets.ts';
export type { IdentityChange, SocketAuthentication, SocketOptions, Sockets } from './sockets.ts';
export type { LookAt } from './rooms.ts';
