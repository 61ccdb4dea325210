import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { settings } from './index.ts';

const file = fileURLToPath(new URL('../../../../.env.example', import.meta.url));

/** What the machine decides has no value to show. */
const ofTheMachine = new Set([
  'QUADRAX_DATA_DIR',
  'COMPUTE_PROCESSES',
  'COMPUTE_MEMORY_MB',
  'COMPUTE_THREADS',
]);

const entry = ({ env, yaml, about, fallback }: (typeof settings)[keyof typeof settings]): string => {
  const [name = '', ...others] = env;
  const value = ofTheMachine.has(name) ? '' : String(fallback() ?? '');
  const notes = [`In YAML: ${yaml}.`, ...(others.length > 0 ? [`Also read: ${others.join(', ')}.`] : [])];
  return `# ${about}\n# ${notes.join(' ')}\n#${name}=${value}\n`;
};

const heading = `# Every setting of Quadrax, with its default: variables of the environment of the process.
# A variable wins over the same setting in config/{production,security,monitoring,high_availability}.yml.
# Instead of DATABASE_URL: POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD.
# Instead of REDIS_URL: REDIS_HOST, REDIS_PORT, REDIS_PASSWORD.
`;

it('.env.example lists every setting as the table has it (vitest -u writes it anew)', async () => {
  const entries = Object.values(settings)
    .filter(({ yaml }) => !yaml.startsWith('test.'))
    .map(entry);
  await expect([heading, ...entries].join('\n')).toMatchFileSnapshot(file);
});
