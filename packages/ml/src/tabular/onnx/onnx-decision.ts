import type { GraphBuilder } from '../../onnx/graph.ts';
import type { Calibration, Decision } from '../types.ts';
import { withComplement } from './onnx-estimators.ts';

/** As in `calibrate`: probabilities are kept so far off 0 and 1 before their log odds are taken. */
const tiny = 1e-12;
/** A sum of stretches is not as exact as the curve it stands for: what is less below the threshold reaches it. */
const slack = 1e-12;

/** Probabilities [rows, 2] as the decision corrects them. */
export function addCalibration(graph: GraphBuilder, predicted: string, { calibration }: Decision): string {
  if (!calibration) return predicted;
  const second = secondOf(graph, predicted);
  const corrected =
    calibration.method === 'platt' ? platt(graph, second, calibration) : isotonic(graph, second, calibration);
  return withComplement(graph, corrected);
}

/** [rows] integers: 1 from the threshold on, else 0. `probabilities`: [rows, 2]. */
export function addThreshold(
  graph: GraphBuilder,
  probabilities: string,
  { threshold, calibration }: Decision,
): string {
  const least = calibration?.method === 'isotonic' ? threshold - slack : threshold;
  const second = secondOf(graph, probabilities);
  const reached = graph.node('GreaterOrEqual', [second, scalar(graph, least)]);
  const index = graph.node('Cast', [reached], { to: 7 });
  return graph.node('Squeeze', [index, graph.constant(BigInt64Array.of(1n), [1])]);
}

function secondOf(graph: GraphBuilder, probabilities: string): string {
  return graph.node('Gather', [probabilities, graph.constant(BigInt64Array.of(1n), [1])], { axis: 1 });
}

function platt(
  graph: GraphBuilder,
  score: string,
  { slope, intercept }: Extract<Calibration, { method: 'platt' }>,
): string {
  const bounded = graph.node('Clip', [score, scalar(graph, tiny), scalar(graph, 1 - tiny)]);
  const against = graph.node('Sub', [scalar(graph, 1), bounded]);
  const logOdds = graph.node('Log', [graph.node('Div', [bounded, against])]);
  const turned = graph.node('Mul', [logOdds, scalar(graph, slope)]);
  return graph.node('Sigmoid', [graph.node('Add', [turned, scalar(graph, intercept)])]);
}

/** The height at the first point, and of every stretch after it as much as lies behind the score. */
function isotonic(
  graph: GraphBuilder,
  score: string,
  { x, y }: Extract<Calibration, { method: 'isotonic' }>,
): string {
  const stretches = x.length - 1;
  if (stretches === 0)
    return graph.node('Add', [graph.node('Mul', [score, scalar(graph, 0)]), scalar(graph, y[0])]);
  const begin = Float64Array.from({ length: stretches }, (_, i) => x[i]);
  const length = Float64Array.from({ length: stretches }, (_, i) => x[i + 1] - x[i]);
  const rise = Float64Array.from({ length: stretches }, (_, i) => y[i + 1] - y[i]);
  const past = graph.node('Sub', [score, graph.constant(begin, [1, stretches])]);
  const share = graph.node('Div', [past, graph.constant(length, [1, stretches])]);
  const behind = graph.node('Clip', [share, scalar(graph, 0), scalar(graph, 1)]);
  const risen = graph.node('MatMul', [behind, graph.constant(rise, [stretches, 1])]);
  return graph.node('Add', [risen, scalar(graph, y[0])]);
}

function scalar(graph: GraphBuilder, value: number): string {
  return graph.constant(Float64Array.of(value), []);
}
