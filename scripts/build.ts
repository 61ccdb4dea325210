/**
 * Builds what is stale and nothing else: what a part is made of is hashed and kept beside what was made of it. Quiet
 * when everything is fresh. `--force` builds everything.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

interface Part {
  readonly name: string;
  /** Glob patterns below the project's folder. */
  readonly inputs: readonly string[];
  /** What must be there for the part to be fresh, and where its stamp is kept. */
  readonly output: string;
  readonly stamp: string;
  /** What it is built with, which an installation without development dependencies lacks. */
  readonly tool: string;
  /** Run in `folder` by this very Node. */
  readonly folder: string;
  readonly command: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

const parts: readonly Part[] = [
  {
    name: 'numeric kernels',
    inputs: ['packages/ml/assembly/**/*', 'packages/ml/scripts/build-kernels.ts'],
    output: 'packages/ml/build/kernels.js',
    stamp: 'packages/ml/build/.stamp',
    tool: 'node_modules/assemblyscript',
    folder: '.',
    command: ['packages/ml/scripts/build-kernels.ts', '--force'],
  },
  {
    name: 'web app',
    inputs: [
      'apps/web/{src,public}/**/*',
      'apps/web/{index.html,vite.config.ts,package.json}',
      'packages/{client,contract}/src/**/*',
      'packages/{client,contract}/package.json',
    ],
    output: 'apps/web/dist/index.html',
    stamp: 'apps/web/dist/.stamp',
    tool: 'node_modules/vite',
    folder: 'apps/web',
    command: ['../../node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
  },
];

/** Tests are no part of what is built. */
const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);

const fingerprint = ({ inputs, command }: Part): string => {
  const hash = createHash('sha256').update(JSON.stringify(command));
  const files = globSync(['package-lock.json', ...inputs], { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isTest(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files)
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
};

const stampOf = ({ stamp }: Part): string | undefined => {
  const file = join(root, stamp);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Builds a part, quietly unless it fails. Returns whether that went well. */
const build = (part: Part): boolean => {
  if (!existsSync(join(root, part.tool))) {
    say(`The ${part.name} cannot be built without ${part.tool}. Run: npm install --include=dev`);
    return false;
  }
  const before = fingerprint(part);
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...part.command], {
    cwd: join(root, part.folder),
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (status !== 0) {
    say(
      `${stdout}${stderr}\nThe ${part.name} could not be built (${seconds} s); what went wrong stands above.`,
    );
    return false;
  }
  const stamp = join(root, part.stamp);
  mkdirSync(dirname(stamp), { recursive: true });
  // What was hashed before the build: a file that changed meanwhile is seen the next time.
  writeFileSync(stamp, before);
  say(`Built the ${part.name} in ${seconds} s`);
  return true;
};

const isFresh = (part: Part): boolean => {
  if (!existsSync(join(root, part.output))) return false;
  // Delivered built, without what it is built with.
  return !existsSync(join(root, part.tool)) || stampOf(part) === fingerprint(part);
};

const force = process.argv.includes('--force');
const stale = parts.filter((part) => force || !isFresh(part));
process.exitCode = stale.map(build).every(Boolean) ? 0 : 1;
