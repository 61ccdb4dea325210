import type { Datakit } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { createUploadQueue, nameOfFile, type SendHooks, type UploadFields } from './upload-queue.ts';
import { addSample, speedOf, type SpeedSample } from './upload-speed.ts';

interface Sending extends SendHooks {
  readonly file: File;
  readonly fields: UploadFields;
  resolve(datakit: Datakit): void;
  reject(error: unknown): void;
}

function queueOf() {
  const sendings: Sending[] = [];
  const givenUp: string[] = [];
  let ids = 0;
  let clock = 0;
  const queue = createUploadQueue({
    send: (file, fields, hooks) =>
      new Promise((resolve, reject) => sendings.push({ file, fields, ...hooks, resolve, reject })),
    giveUp: async ({ name }) => {
      givenUp.push(name);
      throw new Error('The server is away.');
    },
    explain: (error) => ({ message: String(error), details: [], final: false }),
    now: () => clock,
    newId: () => `item-${++ids}`,
  });
  const pass = (ms: number): void => {
    clock += ms;
  };
  return { queue, sendings, givenUp, pass };
}

const file = (name: string, text = 'a,b\n1,2\n'): File => new File([text], name);
const datakit = { id: 'd1', name: 'kit' } as Datakit;
const states = (queue: ReturnType<typeof queueOf>['queue']): string[] =>
  queue.items().map((item) => item.state);
/** Lets promises that are settled already run their callbacks. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

describe('the upload queue', () => {
  it('waits for a person to look at a dropped file', () => {
    const { queue, sendings } = queueOf();
    queue.add([file('penguins.csv')]);
    expect(queue.items()[0]).toMatchObject({ state: 'review', name: 'penguins' });
    expect(sendings).toHaveLength(0);
  });

  it('uploads one file after another', async () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv'), file('b.csv')]);
    queue.commit('item-1');
    queue.commit('item-2');
    expect(states(queue)).toEqual(['sending', 'waiting']);
    sendings[0]?.resolve(datakit);
    await settled();
    expect(states(queue)).toEqual(['done', 'sending']);
  });

  it('sends the name and description that were typed', () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv')]);
    queue.rename('item-1', { name: ' Penguins ', description: 'Palmer station' });
    queue.commit('item-1');
    expect(sendings[0]?.fields).toMatchObject({ name: 'Penguins', description: 'Palmer station' });
  });

  it('sends what was stated of how the file is read', async () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv')]);
    queue.read('item-1', { encoding: 'koi8-r' });
    queue.commit('item-1');
    expect(sendings[0]?.fields.reading).toEqual({ encoding: 'koi8-r' });
  });

  it('lets a file that was refused be tried another way', async () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv')]);
    queue.commit('item-1');
    sendings[0]?.reject(new Error('The quote opened on line 1 is never closed.'));
    await settled();
    expect(states(queue)).toEqual(['failed']);
    queue.read('item-1', { delimiter: ';' });
    expect(states(queue)).toEqual(['review']);
    queue.commit('item-1');
    expect(sendings[1]?.fields.reading).toEqual({ delimiter: ';' });
  });

  it('keeps a failed file with its reason, and sends it again on demand', async () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv')]);
    queue.commit('item-1');
    sendings[0]?.reject('Not a table.');
    await settled();
    expect(queue.items()[0]).toMatchObject({ state: 'failed', failure: { message: 'Not a table.' } });
    queue.commit('item-1');
    expect(states(queue)).toEqual(['sending']);
  });

  it('goes on with the next file when one is cancelled', async () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv'), file('b.csv')]);
    queue.commit('item-1');
    queue.commit('item-2');
    queue.remove('item-1');
    sendings[0]?.reject('aborted');
    await settled();
    expect(sendings[0]?.signal.aborted).toBe(true);
    expect(queue.items()).toHaveLength(1);
    expect(states(queue)).toEqual(['sending']);
  });

  it('pauses an upload, lets the next one by, and goes on with it on demand', async () => {
    const { queue, sendings } = queueOf();
    queue.add([file('a.csv'), file('b.csv')]);
    queue.commit('item-1');
    queue.commit('item-2');
    sendings[0]?.progress(4, 8);
    queue.pause('item-1');
    expect(sendings[0]?.signal.aborted).toBe(true);
    expect(queue.items()[0]).toMatchObject({ state: 'paused', loaded: 4 });
    expect(states(queue)).toEqual(['paused', 'sending']);
    queue.commit('item-1');
    expect(queue.items()[0]).toMatchObject({ state: 'waiting', loaded: 4 });
    sendings[1]?.resolve(datakit);
    await settled();
    expect(states(queue)).toEqual(['sending', 'done']);
    expect(queue.items()[0]).toMatchObject({ loaded: 4 });
    // The end of the first attempt says nothing about the second.
    sendings[0]?.reject('aborted');
    await settled();
    expect(states(queue)).toEqual(['sending', 'done']);
    sendings[2]?.resolve(datakit);
    await settled();
    expect(states(queue)).toEqual(['done', 'done']);
  });

  it('gives up what was sent of a cancelled file, once nothing of it is on its way', async () => {
    const { queue, sendings, givenUp } = queueOf();
    queue.add([file('a.csv')]);
    queue.commit('item-1');
    queue.remove('item-1');
    await settled();
    expect(givenUp).toEqual([]);
    sendings[0]?.reject('aborted');
    await settled();
    expect(givenUp).toEqual(['a.csv']);
  });

  it('gives up a paused file that is cancelled, and none that was only looked at or is done', async () => {
    const { queue, sendings, givenUp } = queueOf();
    queue.add([file('paused.csv'), file('looked-at.csv'), file('done.csv')]);
    queue.commit('item-1');
    queue.pause('item-1');
    sendings[0]?.reject('aborted');
    queue.commit('item-3');
    sendings[1]?.resolve(datakit);
    await settled();
    for (const id of ['item-1', 'item-2', 'item-3']) queue.remove(id);
    await settled();
    expect(givenUp).toEqual(['paused.csv']);
  });

  it('refuses an empty file before anything is sent', () => {
    const { queue } = queueOf();
    queue.add([file('a.csv', '')]);
    expect(queue.items()[0]).toMatchObject({
      state: 'failed',
      failure: { message: expect.stringContaining('empty') },
    });
  });

  it('follows the progress', () => {
    const { queue, sendings, pass } = queueOf();
    queue.add([file('a.csv')]);
    queue.commit('item-1');
    pass(1000);
    sendings[0]?.progress(4, 8);
    const item = queue.items()[0];
    expect(item).toMatchObject({ state: 'sending', loaded: 4, total: 8 });
    expect(item?.state === 'sending' && speedOf(item.samples, 8)).toEqual({
      bytesPerSecond: 4,
      secondsLeft: 1,
    });
  });

  it('tells that an upload does not get through until it goes on, with a speed that is new', () => {
    const { queue, sendings, pass } = queueOf();
    queue.add([file('a.csv')]);
    queue.commit('item-1');
    pass(1000);
    sendings[0]?.progress(4, 8);
    sendings[0]?.waits();
    const held = queue.items()[0];
    expect(held).toMatchObject({ state: 'sending', loaded: 4, held: true });
    expect(held?.state === 'sending' && speedOf(held.samples, 8)).toBe(undefined);
    sendings[0]?.progress(6, 8);
    expect(queue.items()[0]).toMatchObject({ loaded: 6, held: false });
  });

  it('tells its listeners of every change, until they leave', () => {
    const { queue } = queueOf();
    let heard = 0;
    const leave = queue.subscribe(() => heard++);
    queue.add([file('a.csv')]);
    leave();
    queue.remove('item-1');
    expect(heard).toBe(1);
  });
});

describe('the name of a file', () => {
  it('loses its last extension only', () => {
    expect(nameOfFile('run.2024.csv')).toBe('run.2024');
    expect(nameOfFile('.csv')).toBe('.csv');
    expect(nameOfFile('plain')).toBe('plain');
  });
});

describe('the speed of an upload', () => {
  it('is not told before half a second of it is known', () => {
    expect(
      speedOf(
        [
          { at: 0, loaded: 0 },
          { at: 400, loaded: 100 },
        ],
        1000,
      ),
    ).toBeUndefined();
  });

  it('is that of the last seconds', () => {
    let samples: SpeedSample[] = [];
    for (let second = 0; second <= 20; second++) {
      samples = addSample(samples, {
        at: second * 1000,
        loaded: second < 10 ? second : 10 + (second - 10) * 100,
      });
    }
    const speed = speedOf(samples, 2010);
    expect(speed?.bytesPerSecond).toBeCloseTo(100);
    expect(speed?.secondsLeft).toBeCloseTo(10);
    expect(samples.length).toBeLessThan(8);
  });
});
