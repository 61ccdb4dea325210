import { TabularError } from '../errors.ts';
import type { State } from '../types.ts';

/** Arrays are kept apart from the JSON, each as its bytes, little-endian, on a boundary of eight bytes. */
type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

const kinds = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof kinds;

/** JSON in which {"$array": [kind, first byte, length]} stands for an array, and the bytes of all arrays. */
export interface PackedState {
  readonly json: Plain;
  readonly bytes: Uint8Array;
}

export function packState(state: State): PackedState {
  const arrays: { at: number; values: Numbers }[] = [];
  let end = 0;
  const pack = (value: State): Plain => {
    if (ArrayBuffer.isView(value)) {
      const at = end;
      arrays.push({ at, values: value });
      end = Math.ceil((at + value.byteLength) / 8) * 8;
      return { $array: [kindOf(value), at, value.length] };
    }
    if (Array.isArray(value)) return value.map(pack);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, pack(entry)]));
    }
    return value;
  };
  const json = pack(state);
  const bytes = new Uint8Array(end);
  for (const { at, values } of arrays) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  }
  return { json, bytes };
}

/** The state that was packed, in arrays of its own. Throws `ARTIFACT_DAMAGED` for an array outside of the bytes. */
export function unpackState(json: unknown, bytes: Uint8Array): State {
  if (Array.isArray(json)) return json.map((entry: unknown) => unpackState(entry, bytes));
  if (typeof json !== 'object' || json === null) return json as State;
  if ('$array' in json) return unpackArray(json.$array, bytes);
  return Object.fromEntries(Object.entries(json).map(([key, entry]) => [key, unpackState(entry, bytes)]));
}

function unpackArray(reference: unknown, bytes: Uint8Array): Numbers {
  if (!Array.isArray(reference)) throw damaged();
  const [kind, at, length] = reference as unknown[];
  if (!isKind(kind) || !Number.isSafeInteger(at) || !Number.isSafeInteger(length)) throw damaged();
  const start = Number(at);
  const end = start + Number(length) * kinds[kind].BYTES_PER_ELEMENT;
  if (start < 0 || end < start || end > bytes.length) throw damaged();
  // Copied by hand: a Node Buffer is a Uint8Array too, but its own slice shares memory that may be a larger pool's.
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return new kinds[kind](copy.buffer);
}

function kindOf(values: Numbers): Kind {
  if (values instanceof Float64Array) return 'f64';
  if (values instanceof Float32Array) return 'f32';
  if (values instanceof Int32Array) return 'i32';
  return values instanceof Uint32Array ? 'u32' : 'u8';
}

function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(kinds, value);
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file refers to data it does not hold.');
}
