import { algorithmParameters } from '@quadrax/contract/algorithms';
import { describe, expect, it } from 'vitest';
import { steppedNumber } from '#lib/numbers.ts';
import { parameterSteps } from './train-parameters.ts';

const stepsOf = (name: string) => {
  const parameter = algorithmParameters.gradient_boosting.find((one) => one.name === name);
  if (parameter?.kind !== 'number' && parameter?.kind !== 'integer') throw new Error(`No number: ${name}`);
  return parameterSteps(parameter);
};

describe('an arrow key in the field of a parameter', () => {
  it('goes through fractions by a tenth of the usual one', () => {
    expect(steppedNumber(0.1, 1, stepsOf('learningRate'))).toBe(0.11);
    expect(steppedNumber('', -1, stepsOf('learningRate'))).toBe(0.09);
  });

  it('goes through whole numbers one by one, from the usual one', () => {
    expect(steppedNumber('', 1, stepsOf('iterations'))).toBe(301);
    expect(steppedNumber(300, -1, stepsOf('iterations'))).toBe(299);
  });

  it('moves every parameter that is a number, and not to its bound', () => {
    for (const parameter of Object.values(algorithmParameters).flat()) {
      if (parameter.kind !== 'number' && parameter.kind !== 'integer') continue;
      const { step } = parameterSteps(parameter);
      expect(step, parameter.name).toBeGreaterThan(0);
      expect(step, parameter.name).toBeLessThan(parameter.max - parameter.min);
    }
  });
});
