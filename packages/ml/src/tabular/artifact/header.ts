import { TabularError } from '../errors.ts';
import type { Model, Schema } from '../types.ts';

/** The JSON part of a model file; `state` and `background` still refer to the arrays. */
export type Header = Omit<Model, 'fitted' | 'background'> & {
  readonly state: unknown;
  readonly background?: unknown;
};

/** Checks the outline of a header whose checksum has already been found right. */
export function checkHeader(value: unknown): Header {
  const header = fields(value);
  const { libraryVersion, seed, algorithm, parameters, schema, decision } = header;
  const outlined =
    typeof libraryVersion === 'string' &&
    typeof seed === 'number' &&
    typeof algorithm === 'string' &&
    fields(parameters) === parameters &&
    isSchema(schema) &&
    (decision === undefined || isDecision(decision));
  if (!outlined) throw damaged();
  return header as Header;
}

function isSchema(value: unknown): value is Schema {
  const { task, target, features, classes } = fields(value);
  return (
    (task === 'classification' || task === 'regression') &&
    typeof target === 'string' &&
    Array.isArray(classes) &&
    Array.isArray(features) &&
    features.every(isFeature)
  );
}

function isDecision(value: unknown): boolean {
  const { threshold, calibration } = fields(value);
  if (typeof threshold !== 'number') return false;
  if (calibration === undefined) return true;
  const { method, slope, intercept, x, y } = fields(calibration);
  if (method === 'platt') return typeof slope === 'number' && typeof intercept === 'number';
  return method === 'isotonic' && Array.isArray(x) && Array.isArray(y) && x.length === y.length;
}

function isFeature(value: unknown): boolean {
  const { name, kind, categories } = fields(value);
  const isPlain = kind === 'numeric' || kind === 'datetime' || kind === 'time' || kind === 'text';
  return typeof name === 'string' && (isPlain || (kind === 'categorical' && Array.isArray(categories)));
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw damaged();
  return value as Record<string, unknown>;
}

function damaged(): TabularError {
  return new TabularError(
    'ARTIFACT_DAMAGED',
    'The model file is damaged: its header does not describe a model.',
  );
}
