import { openAsBlob, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Datakit, Profile, QuadraxClient, ReadingOptions } from '@quadrax/client';
import { Option } from 'commander';
import type { Command } from 'commander';
import { connect, connected, serverUrl } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { createOutput, facts, number, size, table } from '../output.ts';
import { uploadMemory } from '../upload-memory.ts';
import { withProgress } from '../progress.ts';
import { limitOf, upTo } from '../listing.ts';
import { addDatakitWork } from './datakit-work.ts';

/** Larger files go in parts: the command given again goes on where it was cut. */
const partsFromBytes = 8 * 1024 * 1024;

interface UploadOptions extends ConnectionOptions, ReadingOptions {
  readonly name?: string;
  readonly description?: string;
  readonly wait: boolean;
}

interface AddOptions extends ConnectionOptions, ReadingOptions {
  readonly wait: boolean;
}

interface ListOptions extends ConnectionOptions {
  readonly name?: string;
  readonly limit: string;
}

const rows = (datakit: Datakit): string => (datakit.rows === null ? '' : String(datakit.rows));

const describe = (datakit: Datakit, profile?: Profile): string => {
  const head = facts([
    ['Datakit', datakit.id],
    ['Name', datakit.name],
    ['About', datakit.description],
    ['Status', datakit.status],
    ['Problem', datakit.error],
    ['File', `${datakit.fileName}, ${datakit.format}, ${size(datakit.sizeBytes)}`],
    ['Rows', rows(datakit)],
    ['Created', datakit.createdAt],
  ]);
  if (!profile) return head;
  const cell = (value: string | number | undefined): string =>
    typeof value === 'number' ? number(value) : (value ?? '');
  const columns = table(
    ['Column', 'Type', 'Missing', 'Distinct', 'Least', 'Mean', 'Greatest'],
    profile.columns.map((column) => [
      column.name,
      column.type,
      String(column.missing),
      String(column.distinct),
      cell(column.min),
      cell(column.mean),
      cell(column.max),
    ]),
  );
  const warnings = profile.warnings.map(({ message }) => `Note: ${message}`);
  return [head, '', columns, ...(warnings.length > 0 ? ['', ...warnings] : [])].join('\n');
};

/** Waits until the datakit is profiled, and gives it as it is then. */
const ready = async (client: QuadraxClient, datakit: Datakit): Promise<Datakit> => {
  await withProgress('Reading', (update) =>
    client.jobs.wait(datakit, { onProgress: ({ progress, stage }) => update(progress, stage) }),
  );
  return client.datakits.get(datakit.id);
};

const summary = (datakit: Datakit): string =>
  datakit.status === 'READY'
    ? `${datakit.name} (${datakit.id}): ${rows(datakit)} rows, ${datakit.columns.length} columns.`
    : `${datakit.name} (${datakit.id}) is being read.`;

/** @throws CliError where there is none */
const opened = (file: string): Promise<Blob> => {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new CliError(`There is no file ${file}.`, 'NO_FILE');
  return openAsBlob(file);
};

const upload = async (file: string, options: UploadOptions): Promise<void> => {
  const client = connect(options);
  const blob = await opened(file);
  const large = blob.size > partsFromBytes;
  const sent = await withProgress('Sending', (update) =>
    client.datakits[large ? 'uploadInParts' : 'upload'](blob, {
      fileName: basename(file),
      name: options.name,
      description: options.description,
      reading: options,
      ...(large && { memory: uploadMemory(serverUrl(options), file) }),
      onProgress: (done, total) => update(total === 0 ? 1 : done / total, size(total)),
    }),
  );
  const datakit = options.wait ? await ready(client, sent) : sent;
  createOutput(options.json ?? false).result(datakit, () => summary(datakit));
};

/** Rows of a file for a datakit that is there: a new version of it. */
const addRows =
  (mode: 'append' | 'replace') =>
  async (id: string, file: string, options: AddOptions): Promise<void> => {
    const client = connect(options);
    const blob = await opened(file);
    const sent = await withProgress('Sending', (update) =>
      client.datakits.uploadInParts(blob, {
        fileName: basename(file),
        into: { datakitId: id, mode },
        reading: options,
        memory: uploadMemory(serverUrl(options), file),
        onProgress: (done, total) => update(total === 0 ? 1 : done / total, size(total)),
      }),
    );
    const datakit = options.wait ? await ready(client, sent) : sent;
    createOutput(options.json ?? false).result(datakit, () =>
      options.wait ? `${summary(datakit)} It is at version ${datakit.version}.` : summary(datakit),
    );
  };

const sample = async (
  name: string | undefined,
  options: ConnectionOptions & { wait: boolean },
): Promise<void> => {
  const client = connect(options);
  const output = createOutput(options.json ?? false);
  if (name === undefined) {
    const samples = await client.datakits.samples();
    const lines = samples.map(({ name, title, rows, columns, target }) => [
      name,
      title,
      String(rows),
      String(columns),
      target,
    ]);
    return output.result(samples, () => table(['Name', 'Title', 'Rows', 'Columns', 'Target'], lines));
  }
  const made = await client.datakits.addSample(name);
  const datakit = options.wait ? await ready(client, made) : made;
  output.result(datakit, () => summary(datakit));
};

/** How the file is to be read, where that is not to be guessed. */
const readable = (command: Command): Command =>
  command
    .option('--encoding <name>', 'what the text is encoded in, such as windows-1251 or utf-16le')
    .option('--delimiter <character>', 'what stands between the cells: a character, or a name such as tab')
    .addOption(
      new Option('--header <yes|no>', 'whether the first row names the columns').choices(['yes', 'no']),
    )
    .option('--sheet <name>', 'the sheet of a workbook')
    .addOption(
      new Option('--date-order <order>', 'how dates such as 02/06/2020 are read').choices([
        'month-first',
        'day-first',
      ]),
    );

export const addDatakit = (program: Command): void => {
  const datakits = program.command('datakit').description('data files');
  readable(
    connected(datakits.command('upload <file>').description('upload a CSV, JSON, Parquet or Excel file')),
  )
    .option('--name <name>', 'what it is called; absent, the name of the file')
    .option('--description <text>', 'what it holds')
    .option('--no-wait', 'do not wait until it has been read')
    .action(upload);
  readable(
    connected(datakits.command('append <id> <file>').description('add the rows of a file: a new version')),
  )
    .option('--no-wait', 'do not wait until it has been read')
    .action(addRows('append'));
  readable(
    connected(
      datakits.command('replace <id> <file>').description('take a newer file in its place: a new version'),
    ),
  )
    .option('--no-wait', 'do not wait until it has been read')
    .action(addRows('replace'));
  connected(
    datakits
      .command('sample [name]')
      .description('make one from a shipped sample; without a name, list those'),
  )
    .option('--no-wait', 'do not wait until it has been read')
    .action(sample);
  connected(datakits.command('list').description('datakits, newest first'))
    .option('--name <part>', 'only those whose name contains this')
    .option('--limit <n>', 'how many at most', '50')
    .action(async ({ name, limit, ...options }: ListOptions) => {
      const filter = { ...(name !== undefined && { name }), ...limitOf(limit) };
      const found = await upTo(connect(options).datakits.list(filter), limit);
      createOutput(options.json ?? false).result(found, () =>
        table(
          ['Id', 'Name', 'Status', 'Rows', 'Columns', 'Size'],
          found.map((datakit) => [
            datakit.id,
            datakit.name,
            datakit.status,
            rows(datakit),
            String(datakit.columns.length),
            size(datakit.sizeBytes),
          ]),
        ),
      );
    });
  connected(datakits.command('show <id>').description('one datakit and what its columns hold')).action(
    async (id: string, options: ConnectionOptions) => {
      const client = connect(options);
      const datakit = await client.datakits.get(id);
      const profile = datakit.status === 'READY' ? await client.datakits.profile(id) : undefined;
      createOutput(options.json ?? false).result({ ...datakit, ...(profile && { profile }) }, () =>
        describe(datakit, profile),
      );
    },
  );
  connected(datakits.command('delete <id>').description('delete one; it can be restored for 30 days')).action(
    async (id: string, options: ConnectionOptions) => {
      await connect(options).datakits.remove(id);
      createOutput(options.json ?? false).result({ id, deleted: true }, () => `Deleted the datakit ${id}.`);
    },
  );
  addDatakitWork(datakits);
};
