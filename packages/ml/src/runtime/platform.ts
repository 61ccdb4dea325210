/**
 * The few globals this package uses that are no part of ECMAScript itself but exist in every JavaScript runtime
 * (Node, browsers, Deno). Typed here, so that no runtime's types leak into the rest of the package.
 */
interface MemoryLike {
  readonly buffer: ArrayBuffer;
}

/** Size in pages of 64 KiB; `shared` needs a maximum. */
interface MemorySize {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** A running module: its exports, its memory and the memory's buffer. */
export interface Running {
  readonly exports: object;
  readonly memory: object;
  readonly buffer: ArrayBuffer;
}

interface Platform {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: object };
    readonly Memory: new (size: MemorySize) => MemoryLike;
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

/** Runs a module on a fresh memory of at least `bytes` bytes, which threads share if the module was built for it. */
export function instantiate(module: object, bytes: number, shared = false): Running {
  const pages = Math.ceil(bytes / 65_536);
  const memory = new platform.WebAssembly.Memory(
    shared ? { initial: pages, maximum: pages, shared } : { initial: pages },
  );
  const imports = { env: { memory, abort: trap } };
  const { exports } = new platform.WebAssembly.Instance(module, imports);
  return { exports, memory, buffer: memory.buffer };
}

function trap(): never {
  throw new Error('A kernel trapped.');
}
