import { describe, expect, it } from 'vitest';
import { createOnnxKept } from './onnx-kept.compute.ts';
import type { OnnxSession } from './onnx-session.compute.ts';

const megabyte = 1024 ** 2;
const memoryMb = 400;

/** Sessions of files that are called by their megabytes, and what happened to them. */
const keeper = () => {
  const events: string[] = [];
  const process = { residentMb: 50 };
  const ask = createOnnxKept({
    open: async (file) => {
      events.push(`open ${file}`);
      const close = async () => void events.push(`close ${file}`);
      return { close } as Partial<OnnxSession> as OnnxSession;
    },
    bytes: async (file) => Number(file.split('-')[1]) * megabyte,
    resident: () => process.residentMb * megabyte,
  });
  const happened = async (file: string): Promise<string[]> => {
    events.length = 0;
    await ask(file, memoryMb);
    return [...events];
  };
  return { process, happened };
};

describe('imported models that a process keeps', () => {
  it('are many where they are small', async () => {
    const { happened } = keeper();
    const files = Array.from({ length: 20 }, (_, i) => `${i}-1`);
    for (const file of files) expect(await happened(file)).toEqual([`open ${file}`]);
    for (const file of files) expect(await happened(file)).toEqual([]);
  });

  it('make room by their bytes before another is loaded, the one asked longest ago first', async () => {
    const { happened } = keeper();
    for (const file of ['a-40', 'b-40', 'a-40']) await happened(file);
    expect(await happened('c-30')).toEqual(['close b-40', 'open c-30']);
    expect(await happened('a-40')).toEqual([]);
    expect(await happened('d-99')).toEqual(['close c-30', 'close a-40', 'open d-99']);
  });

  it('are all closed before one is loaded that would take the process over half of its memory', async () => {
    const { happened, process } = keeper();
    for (const file of ['a-10', 'b-10']) await happened(file);
    process.residentMb = 181;
    expect(await happened('c-20')).toEqual(['close a-10', 'close b-10', 'open c-20']);
  });

  it('are closed for one of them that is asked when half of the memory is taken, itself excepted', async () => {
    const { happened, process } = keeper();
    for (const file of ['a-10', 'b-10', 'c-10']) await happened(file);
    process.residentMb = 201;
    expect(await happened('b-10')).toEqual(['close a-10', 'close c-10']);
    expect(await happened('b-10')).toEqual([]);
  });

  it('are as before when one of them cannot be loaded', async () => {
    const ask = createOnnxKept({
      open: () => Promise.reject(new Error('It is damaged.')),
      bytes: async () => megabyte,
      resident: () => 0,
    });
    await expect(ask('a', memoryMb)).rejects.toThrow('It is damaged.');
    await expect(ask('a', memoryMb)).rejects.toThrow('It is damaged.');
  });
});
