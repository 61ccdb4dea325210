import { algorithmParameters } from '@quadrax/contract/algorithms';
import { describe, expect, it } from 'vitest';
import { steppedNumber } from '#lib/numbers.ts';
import { givenParameters, idleParameter, parameterSteps } from './train-parameters.ts';

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

describe('a setting that only means something beside another', () => {
  const off = { earlyStopping: 'off', patience: 7, validationShare: 0.2, leaves: 9 };

  it('is neither set nor sent while that is off, and what was typed stays for when it is on', () => {
    expect(idleParameter('patience', off)).toMatch(/early stopping is off/);
    expect(idleParameter('leaves', off)).toBe(undefined);
    expect(givenParameters('gradient_boosting', off)).toEqual({ earlyStopping: 'off', leaves: 9 });
    const on = { ...off, earlyStopping: 'on' };
    expect(idleParameter('patience', on)).toBe(undefined);
    expect(givenParameters('gradient_boosting', on)).toEqual(on);
    expect(idleParameter('patience', {})).toBe(undefined);
    expect(idleParameter('alpha', {})).toMatch(/not quantile/);
    expect(idleParameter('alpha', { loss: 'quantile' })).toBe(undefined);
  });
});
