import { algorithmSchema } from '@quadrax/contract';
import { algorithmParameters } from '@quadrax/contract/algorithms';
import { parameterSpecs } from '@quadrax/ml/tabular';
import { describe, expect, it } from 'vitest';

describe('the parameters that the contract names', () => {
  it.each(algorithmSchema.options.filter((name) => name !== 'auto'))('are those of %s', (algorithm) => {
    expect(algorithmParameters[algorithm]).toEqual(parameterSpecs(algorithm));
  });
});
