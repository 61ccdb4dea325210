import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** Everything that is kept by machines, in the order of what a person would mend first. */
const checks: readonly (readonly [name: string, command: string, ...rest: string[]])[] = [
  ['format', 'oxfmt', '--check', '.'],
  ['kernels', 'node', 'packages/ml/scripts/build-kernels.ts'],
  ['types', 'tsc', '-b'],
  ['lint', 'oxlint', '--type-aware'],
  ['boundaries', 'depcruise', '--config', '.dependency-cruiser.mjs', 'apps', 'packages'],
  ['dead code', 'knip'],
  ['client is generated from the contract', 'node', 'scripts/openapi.ts', '--check'],
];

let failed = 0;
for (const [name, command, ...rest] of checks) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed++;
  console.log(`${stdout}\n${stderr}`.trim());
}
process.exit(failed === 0 ? 0 : 1);
