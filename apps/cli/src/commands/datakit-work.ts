import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { DatakitVersion, QuadraxClient, QueryResult } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { limitOf, upTo } from '../listing.ts';
import { createOutput, number, size, table } from '../output.ts';
import { withProgress } from '../progress.ts';

interface QueryOptions extends ConnectionOptions {
  readonly limit: string;
  readonly version?: string;
}

interface TransformOptions extends ConnectionOptions {
  readonly sql?: string;
  readonly steps?: string;
  readonly as?: string;
  readonly wait: boolean;
}

interface DownloadOptions extends ConnectionOptions {
  readonly format: string;
  readonly version?: string;
  readonly output?: string;
}

const formats = ['original', 'csv', 'parquet', 'json'] as const;

const whole = (text: string | undefined, option: string): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new CliError(`${option} takes a whole number, not "${text}".`);
  return Number(text);
};

const cell = (value: QueryResult['rows'][number][number] | undefined): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? number(value) : String(value);
};

const answer = ({ columns, rows, truncated, shortened }: QueryResult): string =>
  [
    table(
      columns.map(({ name }) => name),
      rows.map((row) => row.map(cell)),
    ),
    ...(truncated ? ['There are more rows. Raise --limit to see them.'] : []),
    ...(shortened > 0 ? [`Texts of more than 10,000 characters are cut: ${shortened}.`] : []),
  ].join('\n');

const query = async (id: string, sql: string, options: QueryOptions): Promise<void> => {
  const version = whole(options.version, '--version-number');
  const result = await connect(options).datakits.query(id, {
    sql,
    limit: whole(options.limit, '--limit') ?? 1000,
    ...(version !== undefined && { version }),
  });
  createOutput(options.json ?? false).result(result, () => answer(result));
};

type TransformBody = Parameters<QuadraxClient['datakits']['transform']>[1];

const stepsFrom = (file: string): TransformBody['steps'] => {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!Array.isArray(parsed)) throw new TypeError('not a list');
    return parsed as TransformBody['steps'];
  } catch (error) {
    throw new CliError(
      `${file} is no JSON list of steps (${error instanceof Error ? error.message : 'unreadable'}).`,
      'NO_FILE',
    );
  }
};

const transform = async (id: string, options: TransformOptions): Promise<void> => {
  if ((options.sql === undefined) === (options.steps === undefined))
    throw new CliError('Give either --sql or --steps.');
  const client = connect(options);
  const made = await client.datakits.transform(id, {
    ...(options.sql !== undefined && { sql: options.sql }),
    ...(options.steps !== undefined && { steps: stepsFrom(options.steps) }),
    ...(options.as !== undefined && { as: { name: options.as } }),
  });
  if (options.wait)
    await withProgress('Transforming', (update) =>
      client.jobs.wait(made, { onProgress: ({ progress, stage }) => update(progress, stage) }),
    );
  const version = options.wait ? await client.datakits.version(made.id, made.version) : made;
  const datakit = { ...made, status: version.status, rows: version.rows };
  createOutput(options.json ?? false).result(datakit, () =>
    [
      `${datakit.name} (${datakit.id}), version ${datakit.version}: ${datakit.rows === null ? 'being made' : `${datakit.rows} rows`}.`,
      ...('notes' in version ? version.notes : []),
    ].join('\n'),
  );
};

const line = (version: DatakitVersion): string[] => [
  String(version.version),
  version.current ? 'current' : '',
  version.made,
  version.status,
  version.rows === null ? '' : String(version.rows),
  String(version.columns.length),
  size(version.sizeBytes),
  version.createdBy.name ?? '',
  version.createdAt,
];

const versions = async (id: string, options: ConnectionOptions & { limit: string }): Promise<void> => {
  const found = await upTo(connect(options).datakits.versions(id, limitOf(options.limit)), options.limit);
  createOutput(options.json ?? false).result(found, () =>
    table(['Version', '', 'Made', 'Status', 'Rows', 'Columns', 'Size', 'By', 'At'], found.map(line)),
  );
};

const download = async (id: string, options: DownloadOptions): Promise<void> => {
  const format = formats.find((known) => known === options.format);
  if (format === undefined)
    throw new CliError(`There is no format "${options.format}". Take one of: ${formats.join(', ')}.`);
  const client = connect(options);
  const version = whole(options.version, '--version-number');
  const datakit = await client.datakits.get(id);
  const blob = await client.datakits.download(id, { format, ...(version !== undefined && { version }) });
  const file = options.output ?? (format === 'original' ? datakit.fileName : `${datakit.id}.${format}`);
  await writeFile(file, Buffer.from(await blob.arrayBuffer()), { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST'
        ? new CliError(`${file} exists already. Name another with --output.`, 'FILE_EXISTS')
        : error;
    },
  );
  createOutput(options.json ?? false).result(
    { file, bytes: blob.size },
    () => `Wrote ${file}, ${size(blob.size)}.`,
  );
};

/** What is done with a datakit that is there: asked, transformed, looked back upon, taken away. */
export const addDatakitWork = (datakits: Command): void => {
  connected(datakits.command('query <id> <sql>').description('ask the data a question in SQL'))
    .option('--limit <n>', 'how many rows at most', '1000')
    .option('--version-number <n>', 'the version that is asked; absent, the current one')
    .action((id: string, sql: string, { versionNumber, ...options }: QueryOptions & VersionOption) =>
      query(id, sql, { ...options, ...versionOf(versionNumber) }),
    );
  connected(datakits.command('transform <id>').description('make a new version, or a new datakit'))
    .option('--sql <select>', 'a SELECT whose rows it becomes')
    .option('--steps <file>', 'a JSON file with a list of steps')
    .option('--as <name>', 'make a new datakit of this name')
    .option('--no-wait', 'do not wait until it is made')
    .action(transform);
  connected(datakits.command('versions <id>').description('the versions of a datakit'))
    .option('--limit <n>', 'how many at most', '50')
    .action(versions);
  connected(datakits.command('download <id>').description('write a datakit to a file'))
    .option('--format <format>', `one of ${formats.join(', ')}`, 'original')
    .option('--version-number <n>', 'the version; absent, the current one')
    .option('-o, --output <file>', 'where to; absent, a file named after it')
    .action((id: string, { versionNumber, ...options }: DownloadOptions & VersionOption) =>
      download(id, { ...options, ...versionOf(versionNumber) }),
    );
};

interface VersionOption {
  readonly versionNumber?: string;
}

const versionOf = (versionNumber: string | undefined) =>
  versionNumber === undefined ? {} : { version: versionNumber };
