import { createGraphBuilder, encodeGraph, type GraphBuilder } from '../../onnx/graph.ts';
import type { Decision, Model, Schema, State } from '../types.ts';
import { addCalibration, addThreshold } from './onnx-decision.ts';
import { addPipeline, type PipelineState } from './onnx-estimators.ts';
import { addInputs, type RawInputs } from './onnx-inputs.ts';

/** What the file says the model is called. */
export interface ExportAbout {
  readonly name: string;
  readonly version: number;
}

const outputNames = ['label', 'probabilities', 'value'] as const;

/**
 * A model with its preprocessing as an ONNX file (opset 18, `ai.onnx.ml` 3) that takes raw values.
 *
 * Inputs, each [rows, 1], are named like the features: doubles for numbers and for milliseconds since 1970 or,
 * of times of day, since midnight, NaN where
 * missing; text for categories, where what is no category of the model counts as missing. A feature named like an
 * output gets a number behind its name; the metadata `quadrax.features` lists them all. Outputs: `value` [rows, 1]
 * doubles, or `label` [rows] text and `probabilities` [rows, classes] doubles in the order of `quadrax.classes`.
 *
 * Labels and probabilities are as the model's decision has them: corrected, and by its threshold. Throws
 * `NOT_EXPORTABLE` for models that read free text.
 */
export function exportOnnx(model: Model, about: ExportAbout): Uint8Array {
  const { schema, algorithm, libraryVersion, fitted, decision } = model;
  const graph = createGraphBuilder(outputNames);
  const inputs = addInputs(graph, schema.features);
  const predicted = addModel(graph, inputs, schema, {
    algorithm,
    state: fitted.state(),
    outputs: fitted.outputs,
  });
  addOutputs(graph, predicted, schema, decision);
  return encodeGraph(graph.finish('quadrax'), {
    producer: { name: 'quadrax', version: libraryVersion },
    version: about.version,
    doc: about.name,
    metadata: {
      'quadrax.model': about.name,
      'quadrax.version': String(about.version),
      'quadrax.algorithm': algorithm,
      'quadrax.task': schema.task,
      'quadrax.target': schema.target,
      'quadrax.features': JSON.stringify(
        schema.features.map((feature, i) => ({ input: inputs.names[i], ...feature })),
      ),
      'quadrax.classes': JSON.stringify(schema.classes),
    },
  });
}

interface ModelState {
  readonly algorithm: string;
  readonly state: State;
  readonly outputs: number;
}

function addModel(
  graph: GraphBuilder,
  inputs: RawInputs,
  { features }: Schema,
  { algorithm, state, outputs }: ModelState,
): string {
  const add = (name: string, own: State): string => {
    const { preprocessor, estimator } = own as unknown as PipelineState;
    return addPipeline(graph, inputs, features, { algorithm: name, preprocessor, estimator, outputs });
  };
  if (algorithm !== 'blend') return add(algorithm, state);
  const { members, shares } = state as unknown as {
    members: readonly { algorithm: string; state: State }[];
    shares: Float64Array;
  };
  const weighted = members.map((member, i) =>
    graph.node('Mul', [add(member.algorithm, member.state), graph.constant(shares.slice(i, i + 1), [])]),
  );
  return weighted.reduce((sum, part) => graph.node('Add', [sum, part]));
}

function addOutputs(
  graph: GraphBuilder,
  predicted: string,
  { task, classes }: Schema,
  decision: Decision | undefined,
): void {
  if (task === 'regression') {
    graph.output('value', predicted, 'double', 1);
    return;
  }
  const probabilities = decision ? addCalibration(graph, predicted, decision) : predicted;
  const chosen = decision
    ? addThreshold(graph, probabilities, decision)
    : graph.node('ArgMax', [probabilities], { axis: 1, keepdims: 0 });
  const label = graph.node('Gather', [graph.constant(classes, [classes.length]), chosen]);
  graph.output('label', label, 'string');
  graph.output('probabilities', probabilities, 'double', classes.length);
}
