import { describe, expect, it } from 'vitest';
import { createFrames, framesOf } from './frames.ts';

const joined = (frames: readonly string[]): string | undefined => {
  const box = createFrames();
  return frames.map((frame) => box.add(frame)).at(-1);
};

describe('a hint that goes by NOTIFY', () => {
  const long = JSON.stringify({ text: 'Zürich 😀 \u0000 "quoted" \n '.repeat(900) });

  it('fits whatever it says, and is read as it was written', () => {
    const frames = framesOf('a/1', long);
    expect(frames.length).toBeGreaterThan(2);
    for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThan(8000);
    expect(JSON.parse(joined(frames) ?? '')).toEqual(JSON.parse(long));
    expect(framesOf('a/2', '{}')).toHaveLength(1);
    expect(joined(framesOf('a/2', '{}'))).toBe('{}');
  });

  it('comes whole between those of others', () => {
    const box = createFrames();
    const [first, second] = [framesOf('a/1', long), framesOf('b/1', long)];
    const heard = first.flatMap((frame, i) => [box.add(frame), box.add(second[i] ?? '')]);
    expect(heard.filter((text) => text !== undefined)).toHaveLength(2);
  });

  it('of which a part is lost is lost, and the next is heard', () => {
    const frames = framesOf('a/1', long);
    expect(joined(frames.toSpliced(1, 1))).toBeUndefined();
    const box = createFrames();
    box.add(frames[0] ?? '');
    box.clear();
    expect(frames.slice(1).map((frame) => box.add(frame))).toEqual(frames.slice(1).map(() => undefined));
    expect(
      framesOf('a/2', long)
        .map((frame) => box.add(frame))
        .at(-1),
    ).toBeDefined();
  });
});
