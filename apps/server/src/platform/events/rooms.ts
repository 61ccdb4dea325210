import { resourcesOf, roomSchema } from '@quadrax/contract';
import type { ResourceName, Room, RoomReply } from '@quadrax/contract';
import type { Socket } from 'socket.io';
import { AppError, invalid } from '../errors/index.ts';
import type { BusMessage } from './bus.ts';

/** Who opened a connection, in which tenant, and until when the token is good. */
export interface SocketAuthentication {
  readonly tenantId: string;
  readonly accountId: string;
  readonly credentialId: string;
  readonly credential: 'session' | 'key';
  readonly expiresAt: number;
}

/** Looks at a resource as a GET by whoever opened the connection would. @throws AppError as that GET */
export type LookAt = (auth: SocketAuthentication, resource: ResourceName) => Promise<void>;

/** Resources that one connection may follow by themselves; beyond, the room of its tenant is cheaper for all. */
const mostRooms = 200;
/** Requests of one connection that may wait for those before them. */
const mostWaiting = 50;

const tenantRoom = (tenant: string): string => `tenant:${tenant}`;
const userRoom = (tenant: string, account: string): string => `user:${tenant}:${account}`;
const resourceRoom = (tenant: string, { type, id }: ResourceName): string => `${type}:${tenant}:${id}`;

/** Every room of a tenant in which an event is heard; a connection in several hears it once. */
export const roomsOf = ({ tenant, account, event, data }: BusMessage): string[] => [
  tenantRoom(tenant),
  ...(account ? [userRoom(tenant, account)] : []),
  ...resourcesOf(event, data).map((resource) => resourceRoom(tenant, resource)),
];

const authOf = (socket: Socket): SocketAuthentication => socket.data.auth as SocketAuthentication;

const nameOf = ({ tenantId, accountId }: SocketAuthentication, room: Room): string => {
  if ('id' in room) return resourceRoom(tenantId, room);
  return room.type === 'user' ? userRoom(tenantId, accountId) : tenantRoom(tenantId);
};

const roomOf = (asked: unknown): Room => {
  const { data } = roomSchema.safeParse(asked);
  if (!data) throw invalid('room', 'Name "tenant", "user", or a type of resource and its id.');
  return data;
};

const replyOf = async (work: () => Promise<void>): Promise<RoomReply> => {
  try {
    await work();
    return { success: true };
  } catch (error) {
    const known = error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
    return { success: false, error: known.message, code: known.code };
  }
};

/** Puts a connection where it begins, and lets it join and leave rooms, one after the other. */
export const serveRooms = (socket: Socket, lookAt: LookAt): void => {
  const { tenantId, accountId } = authOf(socket);
  void socket.join([tenantRoom(tenantId), userRoom(tenantId, accountId)]);
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const inTurn = (work: () => Promise<void>, answer: unknown): void => {
    const say = (reply: RoomReply): void => {
      if (typeof answer === 'function') (answer as (reply: RoomReply) => void)(reply);
    };
    if (waiting >= mostWaiting) {
      const { message, code } = new AppError('RATE_LIMITED');
      return say({ success: false, error: message, code });
    }
    waiting++;
    turn = turn
      .then(() => replyOf(work))
      .then((reply) => {
        waiting--;
        say(reply);
      });
  };
  socket.on('join', (asked: unknown, answer?: unknown) =>
    inTurn(async () => {
      const room = roomOf(asked);
      if (socket.rooms.size > mostRooms) throw invalid('room', `Follow at most ${mostRooms} at once.`);
      if ('id' in room) await lookAt(authOf(socket), room);
      // Gone meanwhile, it is in no room any more.
      if (socket.connected) await socket.join(nameOf(authOf(socket), room));
    }, answer),
  );
  socket.on('leave', (asked: unknown, answer?: unknown) =>
    inTurn(async () => {
      await socket.leave(nameOf(authOf(socket), roomOf(asked)));
    }, answer),
  );
};

/** A connection that was renewed by another account of the same tenant is that one's from now on. */
export const moveRooms = async (
  socket: Socket,
  before: SocketAuthentication,
  now: SocketAuthentication,
): Promise<void> => {
  const left = userRoom(before.tenantId, before.accountId);
  if (before.accountId === now.accountId || !socket.rooms.has(left)) return;
  await socket.leave(left);
  await socket.join(userRoom(now.tenantId, now.accountId));
};
