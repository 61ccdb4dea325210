import { describe, expect, it, vi } from 'vitest';
import { createEvents } from './events.ts';
import type { EventsConnection } from './events.ts';

type Listener = (...given: unknown[]) => void;
type Auth = (answer: (auth: object) => void) => void;

/** Connections as Socket.IO would make them, driven by the test. */
const lines = vi.hoisted(() => ({ opened: [] as unknown[] }));

class Line {
  connected = false;
  active = true;
  connects = 0;
  readonly auth: Auth;
  readonly #listeners = new Map<string, Listener>();
  constructor(auth: Auth) {
    this.auth = auth;
    lines.opened.push(this);
  }
  on(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }
  onAny(listener: Listener): void {
    this.#listeners.set('any', listener);
  }
  connect(): void {
    this.connects += 1;
  }
  disconnect(): void {
    const was = this.connected;
    this.connected = false;
    if (was) this.say('disconnect', 'io client disconnect');
  }
  say(name: string, ...given: unknown[]): void {
    this.#listeners.get(name)?.(...given);
  }
  open(): void {
    this.connected = true;
    this.say('connect');
  }
  /** What the server is told when the line opens. */
  greet(): Promise<object> {
    return new Promise((resolve) => this.auth(resolve));
  }
}

vi.mock('socket.io-client', () => ({
  io: (_address: string, { auth }: { auth: Auth }) => new Line(auth),
}));

const following = (
  another: (refused: string) => Promise<string | undefined>,
  tenant: () => string | undefined = () => undefined,
) => {
  lines.opened.length = 0;
  const seen: EventsConnection[] = [];
  const session = { token: () => Promise.resolve('t1'), another: vi.fn<typeof another>(another) };
  const events = createEvents({ address: 'http://quadrax.test', tenant, session });
  events.onConnection((connection) => seen.push(connection));
  const line = (): Promise<Line> =>
    vi.waitFor(() => {
      const [first] = lines.opened;
      if (!(first instanceof Line)) throw new Error('No connection was opened.');
      return first;
    });
  return { events, session, seen, line };
};

describe('the connection of events', () => {
  it('is opened by the first listener and closed with the last', async () => {
    const { events, seen, line } = following(() => Promise.resolve(undefined));
    const heard: unknown[] = [];
    const stop = events.on('job.finished', (event) => heard.push(event.id));
    const opened = await line();
    opened.open();
    opened.say('any', 'job.finished', { id: 'j1' });
    expect(heard).toEqual(['j1']);
    stop();
    expect(events.connected()).toBe(false);
    expect(seen).toEqual([
      { connected: true, missed: false },
      { connected: false, missed: false },
    ]);
  });

  it('tells when it is back after a gap, in which events were not heard', async () => {
    const { events, seen, line } = following(() => Promise.resolve(undefined));
    events.on('job.finished', () => undefined);
    const opened = await line();
    opened.open();
    opened.connected = false;
    opened.say('disconnect', 'transport close');
    opened.open();
    expect(seen.at(-1)).toEqual({ connected: true, missed: true });
  });

  it('comes back with another token when the server ended it', async () => {
    const { events, session, line } = following(() => Promise.resolve('t2'));
    events.on('job.finished', () => undefined);
    const opened = await line();
    expect(await opened.greet()).toEqual({ token: 't1' });
    opened.say('disconnect', 'io server disconnect');
    await vi.waitFor(() => expect(opened.connects).toBe(1));
    expect(session.another).toHaveBeenCalledWith('t1');
  });

  it('names the tenant that is chosen each time it opens', async () => {
    const chosen: string[] = [];
    const { events, line } = following(
      () => Promise.resolve(undefined),
      () => chosen.at(-1),
    );
    events.on('job.finished', () => undefined);
    const opened = await line();
    expect(await opened.greet()).toEqual({ token: 't1' });
    chosen.push('acme');
    expect(await opened.greet()).toEqual({ token: 't1', tenant: 'acme' });
  });

  it('tries a refused handshake once more with another token, not for ever', async () => {
    const { events, session, line } = following(() => Promise.resolve('t2'));
    events.on('job.finished', () => undefined);
    const opened = await line();
    await opened.greet();
    opened.active = false;
    opened.say('connect_error');
    await vi.waitFor(() => expect(opened.connects).toBe(1));
    opened.say('connect_error');
    expect(session.another).toHaveBeenCalledTimes(1);
  });

  it('stays closed when nobody listens any more by the time a token came', async () => {
    const renewal = Promise.withResolvers<string>();
    const { events, line } = following(() => renewal.promise);
    const stop = events.on('job.finished', () => undefined);
    const opened = await line();
    await opened.greet();
    opened.say('disconnect', 'io server disconnect');
    stop();
    renewal.resolve('t2');
    await renewal.promise;
    await Promise.resolve();
    expect(opened.connects).toBe(0);
  });
});
