import type { Prediction } from '@quadrax/contract';
import { OnnxError, servedOnnx } from '@quadrax/ml/onnx';
import type { OnnxPlan, OnnxSignature } from '@quadrax/ml/onnx';
import type { Schema } from '@quadrax/ml/tabular';
import type * as onnxruntime from 'onnxruntime-node';
import { TaskError } from '#platform/compute';
import { shortened } from '#platform/text';
import { columnsOf, predictionsOf } from './onnx-answers.ts';
import type { OutputValues } from './onnx-answers.ts';
import { wrongValueOf } from './onnx-culprit.ts';
import { tensorValues, WrongValue } from './onnx-tensors.compute.ts';
import type { Row } from './onnx-tensors.compute.ts';

export type { Row } from './onnx-tensors.compute.ts';

/** A model that onnxruntime has loaded, in a compute process. */
export interface OnnxSession {
  /** @throws WrongValue where it cannot compute with a value; TaskError REFUSED where it cannot compute at all */
  predict(schema: Schema, plan: OnnxPlan, rows: readonly Row[]): Promise<Prediction[]>;
  /** Runs it on two rows. @returns the schema, with as many classes as it turned out to tell apart */
  tried(signature: OnnxSignature): Promise<Schema>;
  close(): Promise<void>;
}

type InferenceSession = onnxruntime.InferenceSession;
type Runtime = typeof onnxruntime;

/** The native library is an optional dependency: an installation may do without. */
const loadRuntime = async (): Promise<Runtime> => {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new TaskError(
      'NO_RUNTIME',
      `Imported models need onnxruntime, which ${error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : 'does not load on this machine'}. Run "npm install --include=optional" where Quadrax is installed, and start it again.`,
    );
  }
};

/** A function of onnxruntime as its messages sign it: what it returns, its name, what it takes. */
const signature =
  /(?:(?:static|virtual|const|void|bool|int|auto|[\w:]+::\w+[&*]?) )*[\w:<>~]*::~?\w+\([^()]*\)(?: const)?/g;

/** What onnxruntime says, without its places in files and the names of its functions. */
const spoken = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const said = text
    .replaceAll(/(\/|[A-Za-z]:\\)\S+|\S+\.(cc|h):\d+/g, '')
    .replaceAll(signature, '')
    .replaceAll(/\[with [^\]]*\]/g, '')
    // A file may call its parts anything: nothing of it that could not be kept or shown.
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .toWellFormed()
    .trim();
  return shortened(said, 300);
};

const refuse = (what: string, error: unknown): TaskError =>
  error instanceof TaskError ? error : new TaskError('REFUSED', `onnxruntime ${what} (${spoken(error)}).`);

const exampleOf = ({ features }: Schema): Row =>
  Object.fromEntries(features.map(({ name, example }) => [name, example]));

/** @throws TaskError NO_RUNTIME, REFUSED; OnnxError */
export const openOnnx = async (bytes: Uint8Array): Promise<OnnxSession> => {
  const { InferenceSession: sessions, Tensor } = await loadRuntime();
  let session: InferenceSession;
  try {
    session = await sessions.create(servedOnnx(bytes), {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      enableCpuMemArena: false,
      logSeverityLevel: 4,
    });
  } catch (error) {
    if (error instanceof OnnxError) throw error;
    throw refuse('cannot load it', error);
  }

  const run = async (
    { features }: Schema,
    plan: OnnxPlan,
    rows: readonly Row[],
  ): Promise<Record<string, OutputValues | undefined>> => {
    const feeds = Object.fromEntries(
      plan.inputs.map((input) => {
        const dims = input.rank === 1 ? [rows.length] : [rows.length, input.features.length];
        const { type, data } = tensorValues(input, features, rows);
        return [input.name, new Tensor(type, data, dims)];
      }),
    );
    const wanted = [plan.label, plan.value, plan.scores?.output].filter((name) => name !== undefined);
    try {
      const outputs = await session.run(feeds, wanted);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data, size }]) => [name, { data, size }]),
      );
    } catch (error) {
      throw refuse('cannot run it', error);
    }
  };

  const answers = async (schema: Schema, plan: OnnxPlan, rows: readonly Row[]): Promise<Prediction[]> => {
    if (!plan.oneRow) return predictionsOf(plan, schema.classes, await run(schema, plan, rows), rows.length);
    const predictions: Prediction[] = [];
    for (const row of rows)
      predictions.push(...predictionsOf(plan, schema.classes, await run(schema, plan, [row]), 1));
    return predictions;
  };

  const predict: OnnxSession['predict'] = async (schema, plan, rows) => {
    try {
      return await answers(schema, plan, rows);
    } catch (error) {
      if (error instanceof WrongValue && !plan.oneRow) throw error;
      const fails = (some: readonly Row[]): Promise<boolean> =>
        answers(schema, plan, some).then(
          () => false,
          () => true,
        );
      throw (await wrongValueOf(schema.features, rows, exampleOf(schema), fails)) ?? error;
    }
  };

  return {
    predict,
    tried: async ({ schema, plan }) => {
      const row = exampleOf(schema);
      const rows = plan.oneRow ? [row] : [row, row];
      const outputs = await run(schema, plan, rows).catch((error: unknown) => {
        throw error instanceof WrongValue ? new TaskError('REFUSED', error.message) : error;
      });
      predictionsOf(plan, schema.classes, outputs, rows.length);
      const scores = plan.scores && outputs[plan.scores.output];
      if (!scores) return schema;
      const width = columnsOf(scores, rows.length) * (plan.scores?.link === 'second' ? 2 : 1);
      if (schema.classes.length === width) return schema;
      if (schema.classes.length > 0)
        throw new TaskError(
          'REFUSED',
          `It gives ${width} scores for a row and names ${schema.classes.length} classes. Name them in "classes".`,
          'classes',
        );
      return { ...schema, classes: Array.from({ length: width }, (_unused, k) => String(k)) };
    },
    close: () => session.release(),
  };
};
