import type { GraphBuilder } from '../../onnx/graph.ts';
import { notExportable } from './onnx-errors.ts';
import { type CalendarPart, lengthOf } from '../preprocessing/calendar.ts';
import type { Source } from '../preprocessing/sources.ts';
import type { FeatureSchema } from '../types.ts';

/** The features as inputs of a graph, and what preprocessing reads out of them. */
export interface RawInputs {
  /** The input's name of each feature. */
  readonly names: readonly string[];
  /** [rows, 1] doubles: a number, milliseconds or a part of a date; NaN is missing. */
  number(source: Source): string;
  /** [rows] integers: a category's index or a part of a date; `levels` is missing, one more is neither. */
  level(source: Source): string;
  /** [rows, 1] doubles: a category's index, NaN where it is missing or not `seen`. */
  category(source: Source, seen: Uint8Array): string;
  /** [rows, 1] integers, to take the number of rows from. */
  readonly shape: () => string;
}

const day = 86_400_000;
const hour = 3_600_000;

/** Adds an input [rows, 1] for each feature: text for categories, doubles for numbers and milliseconds. */
export function addInputs(graph: GraphBuilder, features: readonly FeatureSchema[]): RawInputs {
  refuseTexts(features);
  const names = features.map(({ name, kind }) =>
    graph.input(name, kind === 'categorical' ? 'string' : 'double', 1),
  );
  const scalar = scalars(graph);
  const once = remembered();
  const finite = (feature: number): string =>
    once(`finite ${feature}`, () => {
      const infinite = graph.node('IsInf', [names[feature]]);
      return graph.node('Where', [infinite, scalar(NaN), names[feature]]);
    });
  const partOf = (feature: number, part: CalendarPart): string =>
    once(`${part} ${feature}`, () => calendarNodes(graph, scalar, finite(feature), part));
  const number = ({ feature, part, wave }: Source): string => {
    if (part === undefined) return finite(feature);
    const value = partOf(feature, part);
    if (wave === undefined || part === 'year') return value;
    const turned = graph.node('Mul', [value, scalar(2 * Math.PI)]);
    const angle = graph.node('Div', [turned, scalar(lengthOf[part])]);
    return graph.node(wave === 'sine' ? 'Sin' : 'Cos', [angle]);
  };
  const codes = (feature: number, used: (level: number) => boolean, otherwise: number): string => {
    const schema = features[feature];
    const categories = schema.kind === 'categorical' ? schema.categories : [];
    const levels = categories.map((_, level) => level).filter(used);
    if (levels.length === 0) throw notExportable(`the column ${schema.name} has no category that was seen`);
    return graph.node('LabelEncoder', [names[feature]], {
      keys_strings: levels.map((level) => categories[level]),
      values_int64s: BigInt64Array.from(levels, BigInt),
      default_int64: otherwise,
    });
  };
  const axis = (): string => once('axis', () => graph.constant(BigInt64Array.of(1n), [1]));
  return {
    names,
    number,
    level: (source) => {
      if (source.part === undefined) {
        return graph.node('Squeeze', [codes(source.feature, () => true, source.levels), axis()]);
      }
      return graph.node('Squeeze', [partLevel(graph, scalar, number(source), source.levels), axis()]);
    },
    category: (source, seen) => {
      const code = codes(source.feature, (level) => seen[level] === 1, -1);
      const asNumber = graph.node('Cast', [code], { to: 11 });
      return graph.node('Where', [graph.node('Less', [asNumber, scalar(0)]), scalar(NaN), asNumber]);
    },
    shape: () => once('shape', () => graph.node('Shape', [names[0]])),
  };
}

/** ONNX has operators for words that are looked up, and none that hashes them. */
function refuseTexts(features: readonly FeatureSchema[]): void {
  const texts = features.flatMap(({ name, kind }) => (kind === 'text' ? [`"${name}"`] : []));
  if (texts.length === 0) return;
  const one = texts.length === 1;
  const named = one ? `the column ${texts[0]} holds` : `the columns ${texts.join(', ')} hold`;
  throw notExportable(
    `${named} free text, whose words the model hashes, and no operator of ONNX does that`,
    `train it again without ${one ? 'that column' : 'those columns'}`,
  );
}

type Scalar = (value: number) => string;

function scalars(graph: GraphBuilder): Scalar {
  const once = remembered();
  return (value) => once(String(value), () => graph.constant(Float64Array.of(value), []));
}

function remembered(): (key: string, make: () => string) => string {
  const known = new Map<string, string>();
  return (key, make) => {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  };
}

/** The part as an index: `levels` where it is missing, `levels` + 1 where the date is beyond any calendar. */
function partLevel(graph: GraphBuilder, scalar: Scalar, part: string, levels: number): string {
  const tooSmall = graph.node('Less', [part, scalar(0)]);
  const tooLarge = graph.node('GreaterOrEqual', [part, scalar(levels)]);
  const beyond = graph.node('Or', [tooSmall, tooLarge]);
  const within = graph.node('Where', [beyond, scalar(levels + 1), part]);
  const level = graph.node('Where', [graph.node('IsNaN', [part]), scalar(levels), within]);
  return graph.node('Cast', [level], { to: 7 });
}

/** As `calendarPart`, operation by operation. */
function calendarNodes(graph: GraphBuilder, scalar: Scalar, ms: string, part: CalendarPart): string {
  const add = (a: string, b: string): string => graph.node('Add', [a, b]);
  const subtract = (a: string, b: string): string => graph.node('Sub', [a, b]);
  const times = (a: string, b: number): string => graph.node('Mul', [a, scalar(b)]);
  const floorOf = (a: string, b: number): string => graph.node('Floor', [graph.node('Div', [a, scalar(b)])]);
  const remainder = (a: string, b: number): string => graph.node('Mod', [a, scalar(b)], { fmod: 1 });
  const days = floorOf(ms, day);
  if (part === 'hour') return floorOf(subtract(ms, times(days, day)), hour);
  if (part === 'weekday') {
    return remainder(add(remainder(add(days, scalar(3)), 7), scalar(7)), 7);
  }
  const shifted = add(days, scalar(719_468));
  const era = floorOf(shifted, 146_097);
  const dayOfEra = subtract(shifted, times(era, 146_097));
  const leaps = add(subtract(dayOfEra, floorOf(dayOfEra, 1460)), floorOf(dayOfEra, 36_524));
  const yearOfEra = floorOf(subtract(leaps, floorOf(dayOfEra, 146_096)), 365);
  const daysBefore = subtract(add(times(yearOfEra, 365), floorOf(yearOfEra, 4)), floorOf(yearOfEra, 100));
  const dayOfYear = subtract(dayOfEra, daysBefore);
  const fromMarch = floorOf(add(times(dayOfYear, 5), scalar(2)), 153);
  if (part === 'day') return subtract(dayOfYear, floorOf(add(times(fromMarch, 153), scalar(2)), 5));
  const month = remainder(add(fromMarch, scalar(2)), 12);
  if (part === 'month') return month;
  const isEarly = graph.node('Cast', [graph.node('Less', [month, scalar(2)])], { to: 11 });
  return add(add(yearOfEra, times(era, 400)), isEarly);
}
