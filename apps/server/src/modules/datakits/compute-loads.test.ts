import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** The packages of a module and of all that it imports, as a process of its own finds them; the product's too. */
const packagesOf = async (module: string): Promise<Set<string>> => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load: (url, context, next) => (loaded.add(url), next(url, context)) });
    await import(${JSON.stringify(new URL(module, import.meta.url).href)});
    console.log(JSON.stringify([...loaded]));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  const name = /\/(?:node_modules|packages)\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/;
  return new Set((JSON.parse(stdout) as string[]).flatMap((url) => name.exec(url)?.[1] ?? []));
};

describe('a compute process loads what it computes with, and no server', () => {
  it.each(['profile', 'preview', 'columns', 'pieces', 'query', 'transform', 'export', 'widen'])(
    'for data/%s.ts',
    async (name) => {
      const packages = await packagesOf(`data/${name}.ts`);
      expect(packages).toContain('@duckdb/node-api');
      for (const other of ['zod', 'drizzle-orm', 'read-excel-file', 'fastify'])
        expect(packages).not.toContain(other);
    },
  );
});
