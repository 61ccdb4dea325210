import type { Feature } from '@quadrax/contract';
import { expect, it } from 'vitest';
import { whyNoOnnx } from './model-files.ts';

const features = (...texts: string[]): Feature[] => [
  { name: 'size', type: 'numeric' },
  ...texts.map((name): Feature => ({ name, type: 'text' })),
];

it('names the texts that keep a version from being written as ONNX', () => {
  expect(whyNoOnnx({ features: features('note') })).toMatch(
    /^note holds free text.*Train without that column/,
  );
  expect(whyNoOnnx({ features: features('note', 'tags') })).toMatch(
    /^note, tags hold .*without those columns/,
  );
  expect(whyNoOnnx({ features: features() })).toBeUndefined();
});

it('lets an imported version out as the file it came in, texts or not', () => {
  const imported = { fileName: 'a.onnx', sizeBytes: 1, sha256: '0', producer: '' };
  expect(whyNoOnnx({ imported, features: features('note') })).toBeUndefined();
});
