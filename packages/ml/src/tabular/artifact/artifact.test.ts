import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { TabularError } from '../errors.ts';
import { mixedFeatures, mixedTable } from '../testing/sample-tables.ts';
import { train } from '../train.ts';
import { decodeModel, encodeModel } from './artifact.ts';

const { model } = train(mixedTable(100), {
  task: 'classification',
  target: 'grade',
  features: mixedFeatures,
  algorithm: 'gradient_boosting',
  parameters: { iterations: 5 },
  validation: { holdout: 0.2 },
  seed: 1,
});
const bytes = encodeModel(model);

/** The bytes changed, under a checksum that is right again. */
function forge(change: (bytes: Uint8Array) => void): Uint8Array {
  const forged = bytes.slice();
  change(forged);
  const body = forged.subarray(0, -32);
  forged.set(sha256(body), body.length);
  return forged;
}

function codeOf(damaged: Uint8Array): string {
  try {
    decodeModel(damaged);
  } catch (error) {
    return error instanceof TabularError ? error.code : String(error);
  }
  return 'decoded';
}

describe('a model file', () => {
  it('keeps everything that describes the model', () => {
    const { fitted: _, ...described } = decodeModel(bytes);
    expect(described).toEqual({
      libraryVersion: model.libraryVersion,
      seed: 1,
      algorithm: 'gradient_boosting',
      parameters: model.parameters,
      schema: model.schema,
    });
  });

  it('can lie anywhere in a larger buffer', () => {
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 13);
    expect(encodeModel(decodeModel(larger.subarray(13)))).toEqual(bytes);
  });

  it('may be a byte array whose slice shares memory, as a Node Buffer is', () => {
    class Sharing extends Uint8Array {
      override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        return new Uint8Array(this.buffer).subarray(start, end);
      }
    }
    const padded = new Sharing(bytes.length);
    padded.set(bytes);
    expect(encodeModel(decodeModel(padded))).toEqual(bytes);
  });

  it('is refused when any one bit of it has changed', () => {
    const random = createRandom(1);
    for (let i = 0; i < 200; i++) {
      const damaged = bytes.slice();
      damaged[random.below(bytes.length)] ^= 1 << random.below(8);
      expect(['ARTIFACT_DAMAGED', 'ARTIFACT_UNSUPPORTED']).toContain(codeOf(damaged));
    }
  });

  it('is refused when it is cut short, empty or something else', () => {
    for (const length of [0, 1, 15, 48, 500, bytes.length - 1]) {
      expect(codeOf(bytes.subarray(0, length))).toBe('ARTIFACT_DAMAGED');
    }
    expect(codeOf(new Uint8Array(10_000))).toBe('ARTIFACT_DAMAGED');
  });

  it('of a newer format is told apart from a damaged one', () => {
    expect(codeOf(forge((copy) => (copy[8] = 2)))).toBe('ARTIFACT_UNSUPPORTED');
  });

  it('ends in a typed error or a model, even where a checksum was forged over nonsense', () => {
    const random = createRandom(2);
    const known = ['ARTIFACT_DAMAGED', 'ARTIFACT_UNSUPPORTED', 'decoded'];
    for (let i = 0; i < 300; i++) {
      const at = 16 + random.below(1500);
      expect(known).toContain(codeOf(forge((copy) => (copy[at] = 32 + random.below(90)))));
    }
  });
});
