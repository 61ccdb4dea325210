/**
 * Compiles `assembly/*.ts` to WebAssembly and writes the bytes as a module, `build/kernels.js`, so that loading them
 * needs no file access. Does nothing when the output is newer than every source; `--force` compiles anyway.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main as compileAssembly } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const sourceFolder = join(root, 'assembly');
const outputFolder = join(root, 'build');
const output = join(outputFolder, 'kernels.js');

const sources = (await readdir(sourceFolder)).filter((name) => name.endsWith('.ts')).toSorted();
if (process.argv.includes('--force') || !(await isFresh())) await compile();

async function isFresh(): Promise<boolean> {
  const inputs = [fileURLToPath(import.meta.url), ...sources.map((name) => join(sourceFolder, name))];
  const built = await modifiedAt(output);
  const changed = await Promise.all(inputs.map(modifiedAt));
  return changed.every((time) => time <= built);
}

async function modifiedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}

async function compile(): Promise<void> {
  const alone = await compileWith([]);
  // Modules say whether their memory is shared among threads; 65,536 pages are all that a pointer can reach.
  const shared = await compileWith(['--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads']);
  await mkdir(outputFolder, { recursive: true });
  await writeFile(
    join(outputFolder, 'kernels.d.ts'),
    ['kernelBytes', 'sharedKernelBytes']
      .map((name) => `export declare const ${name}: Uint8Array<ArrayBuffer>;\n`)
      .join(''),
  );
  const text = (name: string, wasm: Uint8Array): string =>
    `export const ${name} = new Uint8Array([${wasm.join(',')}]);\n`;
  await writeFile(output, text('kernelBytes', alone) + text('sharedKernelBytes', shared));
}

async function compileWith(extra: readonly string[]): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const options = [
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    '--noExportMemory',
    '--enable',
    'simd',
    ...extra,
  ];
  const { error } = await compileAssembly([...sources, ...options, '--outFile', 'kernels.wasm'], {
    readFile: (name, base) => readFile(join(sourceFolder, base, name), 'utf8').catch(() => null),
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm') && typeof contents !== 'string') wasm = contents;
    },
    listFiles: () => [],
    stderr: { write: (chunk) => void process.stderr.write(chunk) },
  });
  if (error || !wasm) throw new Error('The kernels in packages/ml/assembly do not compile.');
  return wasm;
}
