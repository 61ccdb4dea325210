import { describe, expect, it, vi } from 'vitest';
import { QuadraxError } from './error.ts';
import type { Datakit, Upload } from './generated/nouns.ts';
import { fileKey, giveUpInParts, uploadInParts } from './part-upload.ts';
import type { PartCalls, UploadMemory } from './part-upload.ts';

const table = 'a,b\n1,2\n3,4\n5,6\n';
const unreachable = () => new QuadraxError({ code: 'UNREACHABLE', message: 'Nobody answers.' });

/** A server that keeps what it is sent, and fails as it is told to. */
const fakeServer = (text = table, chunkBytes = 6) => {
  let kept = '';
  let complete = false;
  const failures: (() => void)[] = [];
  const appended: [number, string][] = [];
  const view = (): Upload =>
    ({
      id: 'u1',
      status: complete ? 'COMPLETE' : 'OPEN',
      bytes: text.length,
      offset: kept.length,
      chunkBytes,
      ...(complete && { datakitId: 'd1', version: 1 }),
    }) as Upload;
  const calls: PartCalls = {
    start: vi.fn<PartCalls['start']>(async () => view()),
    get: vi.fn<PartCalls['get']>(async () => view()),
    append: async (_id, offset, part) => {
      if (offset !== kept.length)
        throw new QuadraxError({ code: 'OFFSET_MISMATCH', status: 409, message: '' });
      const bytes = await part.text();
      appended.push([offset, bytes]);
      const fail = failures.shift();
      // Half of the part arrives before the line breaks.
      kept += fail ? bytes.slice(0, 3) : bytes;
      fail?.();
      return view();
    },
    complete: async () => {
      complete = true;
      return { id: 'd1', version: 1 } as Datakit;
    },
    cancel: vi.fn<PartCalls['cancel']>(async () => {}),
    datakit: async (id, version) => ({ id, version }) as Datakit,
  };
  return { calls, failures, appended, kept: () => kept };
};

const memoryOf = (): UploadMemory & { readonly kept: Map<string, string> } => {
  const kept = new Map<string, string>();
  return {
    kept,
    recall: (file) => kept.get(file),
    keep: (file, id) => void kept.set(file, id),
    forget: (file) => void kept.delete(file),
  };
};

const file = new File([table], 'table.csv', { lastModified: 7 });

describe('an upload in parts that states how it is read', () => {
  it('says so when it begins, and goes on with nothing that was begun otherwise', async () => {
    const { calls } = fakeServer();
    const memory = memoryOf();
    const options = { memory, reading: { encoding: 'koi8-r', header: 'no', sheet: undefined } } as const;
    memory.keep(fileKey(file, 'table.csv', {}), 'begun-otherwise');
    await uploadInParts(calls, file, options);
    expect(calls.start).toHaveBeenCalledExactlyOnceWith({
      fileName: 'table.csv',
      bytes: table.length,
      mode: 'create',
      encoding: 'koi8-r',
      header: 'no',
    });
    expect([...memory.kept.values()]).toEqual(['begun-otherwise']);
  });
});

describe('a file in parts', () => {
  it('is sent in parts of the size that the server wants', async () => {
    const { calls, appended, kept } = fakeServer();
    const seen: number[] = [];
    const made = await uploadInParts(calls, file, { onProgress: (sent) => seen.push(sent) });
    expect(made.id).toBe('d1');
    expect(kept()).toBe(table);
    expect(appended.map(([offset]) => offset)).toEqual([0, 6, 12]);
    expect(seen).toEqual([0, 6, 12, 16]);
  });

  it('goes on from what arrived before the line broke', async () => {
    const { calls, appended, failures, kept } = fakeServer();
    failures.push(() => {
      throw unreachable();
    });
    await uploadInParts(calls, file);
    expect(kept()).toBe(table);
    expect(appended.map(([offset]) => offset)).toEqual([0, 3, 9, 15]);
  });

  it('tells of each time that it does not get through, and why', async () => {
    const { calls, failures } = fakeServer();
    failures.push(() => {
      throw unreachable();
    });
    const waits: string[] = [];
    await uploadInParts(calls, file, { onWaiting: ({ code }) => waits.push(code) });
    expect(waits).toEqual(['UNREACHABLE']);
  });

  it('goes on another day with the same file, and not with another one', async () => {
    const { calls, appended, failures } = fakeServer();
    const memory = memoryOf();
    const stop = new AbortController();
    failures.push(() => {
      stop.abort(new Error('paused'));
      throw new Error('paused');
    });
    await expect(uploadInParts(calls, file, { memory, signal: stop.signal })).rejects.toThrow('paused');
    expect([...memory.kept]).toEqual([['table.csv|16|7', 'u1']]);
    await uploadInParts(calls, file, { memory });
    expect(calls.start).toHaveBeenCalledTimes(1);
    expect(appended.map(([offset]) => offset)).toEqual([0, 3, 9, 15]);
    expect(memory.kept.size).toBe(0);
  });

  it('that is complete already gives what it became', async () => {
    const { calls } = fakeServer();
    const memory = memoryOf();
    await uploadInParts(calls, file, { memory });
    memory.keep('table.csv|16|7', 'u1');
    expect(await uploadInParts(calls, file, { memory })).toMatchObject({ id: 'd1', version: 1 });
    expect(calls.start).toHaveBeenCalledTimes(1);
  });

  it('that is refused is not tried again', async () => {
    const { calls, failures } = fakeServer();
    const memory = memoryOf();
    failures.push(() => {
      throw new QuadraxError({ code: 'UNSUPPORTED_TYPE', status: 415, message: 'A picture.' });
    });
    await expect(uploadInParts(calls, file, { memory })).rejects.toThrow('A picture.');
    expect(memory.kept.size).toBe(0);
  });

  it('of which a part was not taken whole goes on with smaller ones, for as long as that helps', async () => {
    const mebibyte = 1024 * 1024;
    const large = 'x'.repeat(4 * mebibyte);
    const { calls, kept } = fakeServer(large, mebibyte);
    const sizes: number[] = [];
    let garbled = 1;
    const append: PartCalls['append'] = async (id, offset, part, signal) => {
      sizes.push(part.size / mebibyte);
      if (garbled-- > 0) throw new QuadraxError({ code: 'DIGEST_MISMATCH', status: 422, message: '' });
      return calls.append(id, offset, part, signal);
    };
    await uploadInParts({ ...calls, append }, new File([large], 'large.csv'));
    expect(kept()).toBe(large);
    expect(sizes).toEqual([1, 0.5, 1, 1, 1, 0.5]);
  });
});

describe('a file in parts that is given up', () => {
  it('is gone from the server and the memory, once nobody writes to it', async () => {
    const { calls } = fakeServer();
    const memory = memoryOf();
    memory.keep('table.csv|16|7', 'u1');
    const cancel = vi
      .fn<PartCalls['cancel']>()
      .mockRejectedValueOnce(new QuadraxError({ code: 'UPLOAD_BUSY', status: 409, message: '' }))
      .mockResolvedValue();
    await giveUpInParts({ ...calls, cancel }, file, { memory });
    expect(cancel.mock.calls).toEqual([['u1'], ['u1']]);
    expect(memory.kept.size).toBe(0);
  });

  it('is none of a file that nothing is known of, or that the server has given up', async () => {
    const { calls } = fakeServer();
    const memory = memoryOf();
    await giveUpInParts(calls, file, { memory });
    expect(calls.cancel).not.toHaveBeenCalled();
    memory.keep('table.csv|16|7', 'u1');
    const cancel = () => Promise.reject(new QuadraxError({ code: 'NOT_FOUND', status: 404, message: '' }));
    await giveUpInParts({ ...calls, cancel }, file, { memory });
    expect(memory.kept.size).toBe(0);
  });
});
