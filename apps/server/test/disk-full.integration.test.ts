import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { routes } from '@quadrax/contract';
import { createLogger, loadConfig, startServer } from '@quadrax/server';
import type { Running } from '@quadrax/server';
import {
  eventually,
  gradesCsv,
  jobSucceeds,
  register,
  testEnvironment,
  upload,
  uploadForm,
} from '@quadrax/testkit';
import type { TestClient } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const megabyte = 1024 ** 2;
/** Holds a whole installation, its embedded database included. */
const diskBytes = 256 * megabyte;
const reserve = 16 * megabyte;

const run = promisify(execFile);

/** Runs a program that needs root's rights: directly, else by sudo where that asks no password. */
const asRoot = async (program: string, ...words: string[]): Promise<void> => {
  try {
    await run(program, words);
  } catch (refused) {
    await run('sudo', ['-n', program, ...words]).catch(() => {
      const reason = refused instanceof Error ? refused.message.trim() : String(refused);
      throw new Error(
        `These tests fill a small file system of their own, and this user may not make one (${reason}). Run them on Linux as root, in a container for instance, or allow sudo without a password.`,
        { cause: refused },
      );
    });
  }
};

/** An ordinary user has no file system to fill; whoever may make one does. */
const mayMount = await asRoot('true').then(
  () => process.getuid?.() === 0 || process.platform === 'linux',
  () => false,
);

let disk: string;
let running: Running;
let client: TestClient;

const mountDisk = async (): Promise<void> => {
  disk = await mkdtemp(join(tmpdir(), 'quadrax-disk-'));
  // The database's unprivileged account must be able to enter.
  await chmod(disk, 0o711);
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
  await asRoot('mount', '-t', 'tmpfs', '-o', `size=${diskBytes},mode=0711,${owner}`, 'quadrax', disk).catch(
    async (error: unknown) => {
      await rm(disk, { recursive: true });
      throw error;
    },
  );
};

/** The server as it is started with nothing configured: its database and its files in one folder. */
const startOnDisk = (): Promise<Running> => {
  const { DATABASE_URL: _unused, ...environment } = testEnvironment({
    databaseUrl: '',
    dataDir: disk,
    env: { STORAGE_RESERVE: String(reserve) },
  });
  return startServer({ config: loadConfig(environment), log: createLogger('silent') });
};

beforeAll(async () => {
  await mountDisk();
  running = await startOnDisk();
  client = await register(running.url.replace('localhost', '127.0.0.1'));
});

afterAll(async () => {
  await running?.close();
  await asRoot('umount', disk);
  await rm(disk, { recursive: true });
});

const freeBytes = async (): Promise<number> => {
  const { bavail, bsize } = await statfs(disk);
  return bavail * bsize;
};

const ballast = (): string => join(disk, 'ballast');

/** Somebody else's file takes all of the disk but so many bytes. */
const fillUpTo = async (left: number): Promise<void> => {
  const file = await open(ballast(), 'a');
  try {
    for (let free = await freeBytes(); free > left; free = await freeBytes())
      await file.write(Buffer.alloc(Math.min(megabyte, free - left)));
  } finally {
    await file.close();
  }
};

const removeBallast = (): Promise<void> => rm(ballast(), { force: true });
afterEach(removeBallast);

/** What is stored: rows, and the files there are, half-written ones included. */
const stored = async (): Promise<{ rows: string[]; files: string[] }> => {
  const entries = await readdir(join(disk, 'objects'), { recursive: true, withFileTypes: true });
  const { rows } = await running.app.platform.db.system((tx) =>
    tx.execute<{ key: string }>(sql`SELECT key FROM quadrax.objects`),
  );
  return {
    rows: rows.map(({ key }) => key.split('/').at(-1) ?? '').toSorted(),
    files: entries
      .filter((entry) => entry.isFile() && entry.name !== 'installation')
      .map(({ name }) => name)
      .toSorted(),
  };
};

const send = () => client.send(routes.datakits.upload, { form: uploadForm(gradesCsv(), 'grades.csv') });
const health = () => client.call(routes.operations.health);

const noSpace = {
  success: false,
  code: 'NO_SPACE',
  error: 'The server has no room left. Free some space and try again.',
};

const row = `${'1234567,'.repeat(127)}1234567\n`;
const rowsOf = (bytes: number): string => row.repeat(Math.floor(bytes / row.length));

const sizeBeingWritten = async (): Promise<number> => {
  const { scratch } = running.app.platform.objects;
  const [name] = await readdir(scratch);
  return name === undefined ? 0 : (await stat(join(scratch, name))).size;
};

/** An upload that arrives in two parts, with something happening in between. */
const sendInTwo = async (first: string, between: () => Promise<void>, second: string) => {
  const boundary = 'between-the-parts';
  const sending = request(`${client.url}/api/v1/datakits/upload`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${client.token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
  });
  const answered = once(sending, 'response');
  sending.write(
    `--${boundary}\r\nContent-Disposition: form-data; name="dataset"; filename="large.csv"\r\n\r\n${first}`,
  );
  const nearly = first.length - megabyte;
  await eventually('the first part is on the disk', sizeBeingWritten, (size) => size >= nearly);
  await between();
  sending.end(`${second}\r\n--${boundary}--\r\n`);
  const [reply] = (await answered) as [NodeJS.ReadableStream & { statusCode: number }];
  let text = '';
  for await (const part of reply) text += String(part);
  return { status: reply.statusCode, body: JSON.parse(text) as unknown };
};

describe.skipIf(!mayMount)('a disk that fills up (needs root, or sudo without a password)', () => {
  it('takes uploads while there is room above the reserve', async () => {
    const { id, jobId = '' } = await upload(client);
    await jobSucceeds(client, jobId);
    expect(await client.call(routes.datakits.get, { params: { id } })).toMatchObject({ status: 'READY' });
    expect(await health()).toMatchObject({ status: 'healthy' });
  });

  it('refuses uploads once the reserve is reached, and keeps nothing of them', async () => {
    const before = await stored();
    await fillUpTo(reserve - megabyte);
    expect(await send()).toMatchObject({ status: 507, body: noSpace });
    expect(await stored()).toEqual(before);
  });

  it('says so where one looks after the server', async () => {
    await fillUpTo(reserve - megabyte);
    expect(await health()).toMatchObject({
      status: 'degraded',
      services: {
        objects: { status: 'degraded', message: 'The disk is nearly full: uploads are refused.' },
        database: { status: 'healthy' },
      },
    });
  });

  it('leaves the reserve to the database: everything but uploads goes on', async () => {
    const { items } = await client.page(routes.datakits.list);
    const [{ id } = { id: '' }] = items;
    await fillUpTo(reserve - megabyte);
    for (let i = 1; i <= 50; i++) {
      const body = { name: `Renamed ${i}`, description: 'x'.repeat(5000) };
      await client.call(routes.datakits.update, { params: { id }, body });
    }
    const renamed = await client.call(routes.datakits.get, { params: { id } });
    expect(renamed).toMatchObject({ name: 'Renamed 50' });
    await client.call(routes.models.create, { body: { name: 'Made on a full disk', type: 'REGRESSION' } });
  });

  it('ends an upload that comes upon the reserve half-way, and keeps nothing of it', async () => {
    const before = await stored();
    const filled = () => fillUpTo(reserve + 2 * megabyte);
    const reply = await sendInTwo(rowsOf(4 * megabyte), filled, rowsOf(12 * megabyte));
    expect(reply).toMatchObject({ status: 507, body: noSpace });
    expect(await stored()).toEqual(before);
  });

  it('ends an upload that comes upon the very end of the disk likewise', async () => {
    const before = await stored();
    const reply = await sendInTwo(rowsOf(4 * megabyte), () => fillUpTo(0), rowsOf(3 * megabyte));
    expect(reply).toMatchObject({ status: 507, body: noSpace });
    expect(await stored()).toEqual(before);
    expect((await client.page(routes.datakits.list)).items).toHaveLength(1);
  });

  it('takes uploads again as soon as there is room, without a restart', async () => {
    await fillUpTo(reserve - megabyte);
    expect((await send()).status).toBe(507);
    await removeBallast();
    const { jobId = '' } = await upload(client);
    await jobSucceeds(client, jobId);
    expect(await health()).toMatchObject({ status: 'healthy' });
    const { rows, files } = await stored();
    expect(files).toEqual(rows);
    expect(rows).toHaveLength(4);
  });
});
