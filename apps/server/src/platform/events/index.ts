export { createEventBus } from './bus.ts';
export type { BusMessage, EventBus } from './bus.ts';
export { attachSockets } from './sockets.ts';
export type { IdentityChange, SocketOptions, Sockets } from './sockets.ts';
export type { SocketAuthentication } from './rooms.ts';
export type { LookAt } from './rooms.ts';
