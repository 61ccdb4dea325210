import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, TypeProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import type { FeatureSchema } from '../tabular/types.ts';
import { type CheckedModel, decodeOnnx } from './check.ts';
import { checkNames, isKeepable, mostNames, shown } from './names.ts';
import { refused } from './onnx-error.ts';
import type { ImportWishes, OnnxSignature } from './plan.ts';
import { readInputs } from './read-inputs.ts';
import { readOutputs } from './read-outputs.ts';

/** What a model file takes and gives. Throws `OnnxError` for what is damaged, or cannot be served from rows of a table. */
export function readOnnx(bytes: Uint8Array, wishes: ImportWishes): OnnxSignature {
  if (wishes.classes) checkNames(wishes.classes, 'class', true);
  const model = decodeOnnx(bytes);
  const { graph } = model;
  const told = metadataOf(model);
  const { inputs, features, oneRow } = readInputs(graph, wishes.features, told.features);
  const { label, scores, value, classes: read, warnings } = readOutputs(graph);
  if (value !== undefined && wishes.classes)
    throw refused('It gives a number for a row, so that there are no classes to name.', 'classes');
  const classes = classNames(wishes.classes, told.classes, read, scores?.columns);
  const regression = value !== undefined;
  const target = told.target ?? value ?? label ?? 'label';
  checkNames(
    [...new Set([label, value, scores?.output, target].filter((name) => name !== undefined))],
    'output',
  );
  return {
    schema: {
      task: regression ? 'regression' : 'classification',
      target,
      features,
      classes,
    },
    plan: {
      inputs,
      oneRow,
      label,
      value,
      scores: scores && { output: scores.output, link: scores.link },
    },
    producer: [model.producerName, model.producerVersion]
      .filter((part) => part !== '')
      .map(shown)
      .join(' '),
    warnings,
  };
}

function classNames(
  wished: readonly string[] | undefined,
  told: readonly string[],
  read: readonly string[],
  columns: number | undefined,
): readonly string[] {
  const count = columns ?? (told.length || read.length || undefined);
  if (count !== undefined && count > mostNames)
    throw refused(`It tells ${count} classes apart; ${mostNames} are the most.`);
  if (wished) {
    if (count !== undefined && wished.length !== count)
      throw refused(
        `It tells ${count} classes apart, and "classes" gives ${wished.length} names. Give as many.`,
        'classes',
      );
    return wished;
  }
  const given = [told, read].find((names) => names.length > 0 && (count ?? names.length) === names.length);
  if (given) {
    checkNames(given, 'class');
    return given;
  }
  return Array.from({ length: count ?? 0 }, (_, k) => String(k));
}

/** What our own export wrote of features, classes and target. */
function metadataOf({ metadataProps }: CheckedModel) {
  const entry = (key: string): string | undefined =>
    metadataProps.find((one) => one.key === `quadrax.${key}`)?.value;
  const list = (key: string): unknown[] => {
    try {
      const parsed: unknown = JSON.parse(entry(key) ?? '[]');
      return Array.isArray(parsed) ? parsed : [];
    } catch {
      return [];
    }
  };
  return {
    features: list('features').filter(isFeature),
    classes: list('classes').filter((name) => typeof name === 'string'),
    target: entry('target'),
  };
}

/** Milliseconds from 1970 to the last day there is, and of a day. */
const latestTime = 8.64e15;
const dayLength = 86_400_000;
const anyNumber = [-Number.MAX_VALUE, Number.MAX_VALUE] as const;

function isText(value: unknown): value is string {
  return typeof value === 'string' && isKeepable(value);
}

function isFeature(value: unknown): value is FeatureSchema & { input: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { name, input, kind, optional, categories, min, max, example } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof input !== 'string' || typeof optional !== 'boolean') return false;
  if (kind === 'categorical') return Array.isArray(categories) && categories.every(isText) && isText(example);
  const [least, most] =
    kind === 'time' ? [0, dayLength] : kind === 'datetime' ? [-latestTime, latestTime] : anyNumber;
  const numbers = [min, max, example].every((one) => typeof one === 'number' && one >= least && one <= most);
  return (kind === 'numeric' || kind === 'datetime' || kind === 'time') && numbers;
}

/** The file as it is run: what ZipMap would make maps of is left a tensor. */
export function servedOnnx(bytes: Uint8Array): Uint8Array {
  const model = decodeOnnx(bytes);
  const { graph } = model;
  const zips = graph.node.filter(({ opType }) => opType === 'ZipMap');
  if (zips.length === 0) return bytes;
  const dropped = new Set(zips.flatMap(({ output }) => output));
  graph.node = graph.node.filter((node) => !zips.includes(node));
  graph.output = [
    ...graph.output.filter(({ name }) => !dropped.has(name)),
    ...zips.flatMap((zip: NodeProto) => zip.input.slice(0, 1)).map(floatOutput),
  ];
  return toBinary(ModelProtoSchema, model);
}

function floatOutput(name: string) {
  const type = create(TypeProtoSchema, { value: { case: 'tensorType', value: { elemType: 1 } } });
  return create(ValueInfoProtoSchema, { name, type });
}
