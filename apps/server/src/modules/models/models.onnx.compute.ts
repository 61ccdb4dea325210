import { readFile, writeFile } from 'node:fs/promises';
import type { Prediction } from '@quadrax/contract';
import type { ImportWishes, OnnxPlan, OnnxSignature } from '@quadrax/ml/onnx';
import type { Schema } from '@quadrax/ml/tabular';
import { computeTask, TaskError } from '#platform/compute';
import type { Row } from './data/onnx-session.compute.ts';

export interface ExportInput {
  readonly artifact: string;
  readonly format: 'onnx' | 'json';
  readonly about: { readonly name: string; readonly version: number };
  /** Where the file is to be written. */
  readonly file: string;
}

/** Writes a model that was trained here as a file for other programs; its size. */
export const exportModelTask = computeTask(
  import.meta.url,
  'models.export',
  async ({ artifact, format, about, file }: ExportInput): Promise<number> => {
    const { decodeModel, readableModel, TabularError } = await import('@quadrax/ml/tabular');
    const { exportOnnx } = await import('@quadrax/ml/onnx');
    try {
      const model = decodeModel(await readFile(artifact));
      const bytes =
        format === 'onnx' ? exportOnnx(model, about) : Buffer.from(JSON.stringify(readableModel(model)));
      await writeFile(file, bytes);
      return bytes.length;
    } catch (error) {
      if (error instanceof TabularError && error.code === 'NOT_EXPORTABLE')
        throw new TaskError(error.code, error.message);
      throw error;
    }
  },
);

export interface InspectInput {
  readonly file: string;
  readonly wishes: ImportWishes;
}

/** Reads a model file that somebody brought, and tries it on rows of nothing special. */
export const inspectOnnxTask = computeTask(
  import.meta.url,
  'models.inspect_onnx',
  async ({ file, wishes }: InspectInput): Promise<OnnxSignature> => {
    const { readOnnx, OnnxError } = await import('@quadrax/ml/onnx');
    const { openOnnx } = await import('./data/onnx-session.compute.ts');
    const bytes = await readFile(file);
    try {
      const signature = readOnnx(bytes, wishes);
      const session = await openOnnx(bytes);
      const schema = await session.tried(signature);
      await session.close();
      return { ...signature, schema };
    } catch (error) {
      if (error instanceof OnnxError) throw new TaskError(error.code, error.message, error.field);
      throw error;
    }
  },
);

export interface PredictInput {
  readonly file: string;
  readonly schema: Schema;
  readonly plan: OnnxPlan;
  readonly rows: readonly Row[];
  /** What the process may use. */
  readonly memoryMb: number;
}

/** What an imported model answered, or the value that it could not compute with. */
export type ImportedAnswer =
  | { readonly predictions: Prediction[] }
  | { readonly wrong: { readonly row: number; readonly field: string; readonly message: string } };

/**
 * Runs an imported model; a process keeps those that it was asked last. A wrong value is an answer and no failure: a
 * process in which a task failed is ended.
 */
export const predictOnnxTask = computeTask(
  import.meta.url,
  'models.predict_onnx',
  async ({ file, schema, plan, rows, memoryMb }: PredictInput): Promise<ImportedAnswer> => {
    const { keptOnnx } = await import('./data/onnx-kept.compute.ts');
    const { WrongValue } = await import('./data/onnx-tensors.compute.ts');
    const session = await keptOnnx(file, memoryMb);
    try {
      return { predictions: await session.predict(schema, plan, rows) };
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      const { row, feature, message } = error;
      return { wrong: { row, field: feature, message } };
    }
  },
);
