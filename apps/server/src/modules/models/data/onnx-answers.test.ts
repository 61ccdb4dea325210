import { describe, expect, it } from 'vitest';
import { predictionsOf } from './onnx-answers.ts';

describe('what a graph gives', () => {
  const plan = { scores: { output: 's', link: 'softmax' } } as unknown as Parameters<typeof predictionsOf>[0];
  const answer = (width: number) =>
    predictionsOf(plan, [], { s: { data: new Float32Array(width), size: width } }, 1);

  it('is the likeliest class, of many too', () => {
    expect(answer(9_000)[0]).toMatchObject({ label: '0' });
  });

  it('is refused with a sentence where a row has more scores than there may be classes', () => {
    expect(() => answer(1_000_000)).toThrow('It gives 1000000 scores for a row; 10000 classes are the most.');
  });
});
