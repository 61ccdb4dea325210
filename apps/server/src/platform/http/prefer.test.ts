import { describe, expect, it } from 'vitest';
import { preferencesOf, prefersLater } from './prefer.ts';

describe('the preferences of a request', () => {
  it.each<[string | string[] | undefined, Record<string, string>]>([
    [undefined, {}],
    ['', {}],
    [' , ,', {}],
    ['respond-async', { 'respond-async': '' }],
    ['Respond-Async', { 'respond-async': '' }],
    ['respond-async, wait=10', { 'respond-async': '', wait: '10' }],
    ['respond-async,wait = 10 ,handling=lenient', { 'respond-async': '', wait: '10', handling: 'lenient' }],
    [['wait=5', 'respond-async'], { wait: '5', 'respond-async': '' }],
    ['respond-async; wait=10; note="a, b"', { 'respond-async': '' }],
    ['respond-async=""', { 'respond-async': '' }],
    ['respond-async=', { 'respond-async': '' }],
    ['wait=1, wait=2', { wait: '1' }],
    ['note="respond-async, \\"wait\\""', { note: 'respond-async, "wait"' }],
    ['return=minimal;foo="x,y", respond-async', { return: 'minimal', 'respond-async': '' }],
  ])('%j are %j', (header, expected) => {
    expect(Object.fromEntries(preferencesOf(header))).toEqual(expected);
  });

  it.each([
    'respond async',
    '=respond-async',
    '"respond-async"',
    'respond-async=yes',
    'x="respond-async',
    '(respond-async)',
  ])('%j does not ask for a job', (header) => {
    expect(prefersLater(header)).toBe(false);
  });

  it('leaves out what it cannot read and keeps the rest', () => {
    expect(prefersLater('not a preference, respond-async')).toBe(true);
    expect(prefersLater('x="never closed, respond-async')).toBe(false);
  });

  it('reads the longest header there may be in no time', () => {
    const started = performance.now();
    preferencesOf(`a=${' '.repeat(16_380)}(`);
    for (const piece of ['"', '"\\', 'a=', ' ', 'a;', '=', '"",', 'a= (', ','])
      preferencesOf(piece.repeat(Math.floor(16_384 / piece.length)));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
