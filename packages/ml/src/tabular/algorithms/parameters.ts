import { TabularError } from '../errors.ts';
import type { Parameters, ParameterValue } from '../types.ts';

/** A parameter of an algorithm: its name, default and the values it takes. */
export type ParameterSpec =
  | {
      readonly name: string;
      readonly kind: 'number' | 'integer';
      readonly min: number;
      readonly max: number;
      /** `auto`: the algorithm chooses by the training rows. */
      readonly default: number | 'auto';
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly kind: 'choice';
      readonly choices: readonly string[];
      readonly default: string;
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly kind: 'text';
      readonly maxLength: number;
      readonly default: string;
      readonly description: string;
    };

/** Fills in defaults; throws `INVALID_PARAMETER` for an unknown name or a value out of range. */
export function resolveParameters(specs: readonly ParameterSpec[], given: Parameters = {}): Parameters {
  const known = new Set(specs.map((spec) => spec.name));
  for (const name of Object.keys(given)) {
    if (!known.has(name))
      throw invalid(name, `is not a parameter of this algorithm. Known: ${[...known].join(', ')}`);
  }
  return Object.fromEntries(specs.map((spec) => [spec.name, resolve(spec, given[spec.name])]));
}

function resolve(spec: ParameterSpec, value: ParameterValue | undefined): ParameterValue {
  if (value === undefined) return spec.default;
  if (spec.kind === 'choice') {
    if (typeof value === 'string' && spec.choices.includes(value)) return value;
    throw invalid(spec.name, `must be one of ${spec.choices.join(', ')}`);
  }
  if (spec.kind === 'text') {
    if (typeof value === 'string' && value.length <= spec.maxLength) return value;
    throw invalid(spec.name, `must be a text of at most ${spec.maxLength} characters`);
  }
  if (value === 'auto' && spec.default === 'auto') return value;
  const inRange = typeof value === 'number' && value >= spec.min && value <= spec.max;
  if (inRange && (spec.kind === 'number' || Number.isInteger(value))) return value;
  const noun = spec.kind === 'integer' ? 'a whole number' : 'a number';
  throw invalid(spec.name, `must be ${noun} from ${spec.min} to ${spec.max}`);
}

/** The numeric parameter `name`, of parameters that `resolveParameters` returned. */
export function numberOf(parameters: Parameters, name: string): number {
  const value = parameters[name];
  if (typeof value !== 'number') throw invalid(name, 'must be a number');
  return value;
}

function invalid(name: string, rule: string): TabularError {
  return new TabularError('INVALID_PARAMETER', `The parameter ${name} ${rule}.`, name);
}
