/**
 * The few globals this package uses that are no part of ECMAScript itself but exist in every JavaScript runtime
 * (Node, browsers, Deno). Typed here, so that no runtime's types leak into the rest of the package.
 */
interface MemoryLike {
  readonly buffer: ArrayBuffer;
}

interface Platform {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: object };
    readonly Memory: new (size: { initial: number }) => MemoryLike;
  };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    encoding: 'utf-8',
    options: { fatal: true },
  ) => { decode(bytes: Uint8Array): string };
}

const platform = globalThis as unknown as Platform;

/** UTF-8 bytes of `text`. */
export function encodeUtf8(text: string): Uint8Array {
  return new platform.TextEncoder().encode(text);
}

/** Text of UTF-8 bytes; throws a TypeError where they are not valid. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new platform.TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** A compiled WebAssembly module. */
export function compileModule(bytes: Uint8Array): object {
  return new platform.WebAssembly.Module(bytes);
}

/** Runs a module on a fresh memory of at least `bytes` bytes; returns its exports and the memory's buffer. */
export function instantiate(module: object, bytes: number): { exports: object; buffer: ArrayBuffer } {
  const memory = new platform.WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  const imports = { env: { memory, abort: trap } };
  const instance = new platform.WebAssembly.Instance(module, imports);
  return { exports: instance.exports, buffer: memory.buffer };
}

function trap(): never {
  throw new Error('A kernel trapped.');
}
