import type { CallOptions } from './calling.ts';
import type { Model, ModelsCalls } from './generated/nouns.ts';

export interface ImportOptions extends CallOptions {
  /** Absent: the name of the `File`. */
  readonly fileName?: string;
  /** Absent: the name of the file. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** What it was made with. */
  readonly framework?: 'ONNX' | 'TENSORFLOW' | 'PYTORCH' | 'SKLEARN' | 'XGBOOST' | undefined;
  /** Names of the columns that an input of several takes, in their order. */
  readonly features?: readonly string[] | undefined;
  /** Names of the classes, in the order of its outputs. */
  readonly classes?: readonly string[] | undefined;
}

export type ImportModel = (file: Blob, options?: ImportOptions) => Promise<Model>;

/** The file and what is said of it, as the form that the call takes. */
export const importWith =
  (calls: Pick<ModelsCalls, 'import'>): ImportModel =>
  (file, { fileName, name, description, framework, features, classes, ...options } = {}) => {
    const form = new FormData();
    const list = (names: readonly string[] | undefined) => names && JSON.stringify(names);
    const told = { name, description, framework, features: list(features), classes: list(classes) };
    for (const [field, value] of Object.entries(told)) if (value !== undefined) form.append(field, value);
    form.append('model', file, fileName ?? (file instanceof File ? file.name : 'model.onnx'));
    return calls.import(form as unknown as Parameters<ModelsCalls['import']>[0], options);
  };
