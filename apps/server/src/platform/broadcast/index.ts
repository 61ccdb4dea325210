export { createBroadcast } from './broadcast.ts';
export type { Broadcast } from './broadcast.ts';
