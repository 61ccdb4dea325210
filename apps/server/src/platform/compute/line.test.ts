import { describe, expect, it } from 'vitest';
import { createLine } from './line.ts';

const never = new AbortController().signal;

/** A line with people in it; says in which order they get their places. */
const lineOf = (places: number, spare = 0) => {
  const line = createLine(places, spare);
  const order: string[] = [];
  const enter = (name: string, signal = never): Promise<void> =>
    line.enter(name.charAt(0), signal).then(() => void order.push(name));
  /** Somebody of a share is done. */
  const leave = async (share: string): Promise<string[]> => {
    line.leave(share);
    await Promise.resolve();
    await Promise.resolve();
    return order.splice(0);
  };
  return { order, enter, leave };
};

describe('a line', () => {
  it('has shares take turns, and each keep its order', async () => {
    const { order, enter, leave } = lineOf(1);
    await enter('a0');
    order.splice(0);
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void enter(name);
    expect(await leave('a')).toEqual(['a1']);
    expect(await leave('a')).toEqual(['b1']);
    expect(await leave('b')).toEqual(['c1']);
    expect(await leave('c')).toEqual(['a2']);
    expect(await leave('a')).toEqual(['b2']);
    expect(await leave('b')).toEqual(['a3']);
    expect(await leave('a')).toEqual([]);
  });

  it('calls who has least at work first', async () => {
    const { order, enter, leave } = lineOf(2);
    await Promise.all([enter('a1'), enter('a2')]);
    order.splice(0);
    for (const name of ['a3', 'a4', 'b1']) void enter(name);
    expect(await leave('a')).toEqual(['b1']);
    expect(await leave('a')).toEqual(['a3']);
    expect(await leave('b')).toEqual(['a4']);
  });

  it('has a spare place for who has none while one share has all', async () => {
    const { order, enter, leave } = lineOf(2, 1);
    await Promise.all([enter('a1'), enter('a2')]);
    void enter('a3');
    await enter('b1');
    for (const name of ['b2', 'c1']) void enter(name);
    expect(order.splice(0), 'nobody waits for a1 and a2 but their own').toEqual(['a1', 'a2', 'b1']);
    expect(await leave('b'), 'a has both places again').toEqual(['b2']);
    expect(await leave('a'), 'there are two places for two shares').toEqual([]);
    expect(await leave('b')).toEqual(['c1']);
    expect(await leave('c')).toEqual(['a3']);
    expect(await leave('a')).toEqual([]);
    expect(await leave('a')).toEqual([]);
    await Promise.all([enter('d1'), enter('d2')]);
    expect(order.splice(0)).toEqual(['d1', 'd2']);
  });

  it('forgets who hung up, whoever is left of the share', async () => {
    const { order, enter, leave } = lineOf(1);
    await enter('a0');
    order.splice(0);
    const hung = new AbortController();
    const gone = [enter('a1', hung.signal), enter('b1', hung.signal)];
    for (const name of ['a2', 'c1']) void enter(name);
    hung.abort(new Error('gone'));
    for (const one of gone) await expect(one).rejects.toThrow('gone');
    await expect(enter('d1', hung.signal)).rejects.toThrow('gone');
    expect(await leave('a')).toEqual(['a2']);
    expect(await leave('a')).toEqual(['c1']);
    expect(await leave('c')).toEqual([]);
    await enter('e1');
    expect(order).toEqual(['e1']);
  });
});
