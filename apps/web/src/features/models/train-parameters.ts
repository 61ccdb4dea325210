import type { Algorithm } from '@quadrax/contract';
import { type AlgorithmParameter, algorithmParameters } from '@quadrax/contract/algorithms';
import type { NumberSteps } from '#lib/numbers.ts';

/** What was set of the parameters, by name: numbers and choices, empty for what was left. */
export type ParameterValues = Readonly<Record<string, number | string>>;

/** The settings that the form offers for an algorithm. */
export const shownParameters = (algorithm: Algorithm): readonly AlgorithmParameter[] =>
  algorithmParameters[algorithm];

/** What only means something while rounds may end early. */
const ofEarlyStopping: ReadonlySet<string> = new Set(['patience', 'validationShare']);

/** Why a setting changes nothing beside the others, in words for its field; undefined where it does. */
export function idleParameter(name: string, values: ParameterValues): string | undefined {
  if (values['earlyStopping'] === 'off' && ofEarlyStopping.has(name))
    return 'Nothing to set: early stopping is off.';
  // No other algorithm has one.
  if (name === 'alpha' && values['loss'] !== 'quantile') return 'Nothing to set: the loss is not quantile.';
  return undefined;
}

/** The settings of an algorithm that change what is learnt. */
export const usedParameters = (
  algorithm: Algorithm,
  values: ParameterValues,
): readonly AlgorithmParameter[] =>
  shownParameters(algorithm).filter(({ name }) => idleParameter(name, values) === undefined);

/** Those that were set, and change something. */
export function givenParameters(
  algorithm: Algorithm,
  values: ParameterValues,
): Record<string, number | string> {
  return Object.fromEntries(
    usedParameters(algorithm, values).flatMap(({ name }) => {
      const value = values[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

/** What of a version's parameters the form can take up again. */
export function parametersOfVersion(
  algorithm: Algorithm,
  trained: Readonly<Record<string, unknown>>,
): ParameterValues {
  return Object.fromEntries(
    shownParameters(algorithm).flatMap((parameter): [string, number | string][] => {
      const value = trained[parameter.name];
      if (parameter.kind === 'text')
        return typeof value === 'string' && value !== '' ? [[parameter.name, value]] : [];
      if (parameter.kind !== 'choice') return typeof value === 'number' ? [[parameter.name, value]] : [];
      return typeof value === 'string' && parameter.choices.includes(value) ? [[parameter.name, value]] : [];
    }),
  );
}

type NumberParameter = Extract<AlgorithmParameter, { kind: 'number' | 'integer' }>;

/** How arrow keys go through its values: by whole ones, or by a tenth of the usual one, from which they begin. */
export function parameterSteps(parameter: NumberParameter): NumberSteps {
  const { kind, min, max } = parameter;
  const usual = parameter.default === 'auto' ? undefined : parameter.default;
  const tenth = (usual ?? 1) / 10 || 0.1;
  return { min, max, step: kind === 'integer' ? 1 : tenth, stepFrom: usual };
}
