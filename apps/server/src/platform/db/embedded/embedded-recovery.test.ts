import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import {
  EmbeddedHarness,
  isAlive,
  kill,
  nextReport,
  queryValue,
  recordedPid,
} from './fixtures/embedded-harness.ts';

const harness = new EmbeddedHarness();
afterEach(() => harness.cleanUp());
afterAll(() => harness.close());

const DEADLINE = { timeout: 10_000, interval: 10 };

describe('two supervisors on one folder', () => {
  it('the second is refused, with the process id of the first, until that one ends', async () => {
    const dataDir = await harness.sharedFolder();
    const { child } = await harness.supervise(dataDir);

    const refused = expect(harness.start(dataDir)).rejects;
    await refused.toMatchObject({
      reason: 'in-use',
      message: expect.stringContaining(`Another Quadrax is using this folder, pid ${child.pid}:`),
    });
    child.send('stop');
    await once(child, 'exit');
    const successor = await harness.start(dataDir);
    expect(await queryValue(successor.ownerUrl, 'SELECT 1')).toBe('1');
  });

  it('the second is refused within one process too', async () => {
    const dataDir = await harness.sharedFolder();
    const first = await harness.start(dataDir);
    await expect(harness.start(dataDir)).rejects.toMatchObject({ reason: 'in-use' });
    expect(await queryValue(first.ownerUrl, 'SELECT 1')).toBe('1');
  });
});

describe('after the supervisor was killed', () => {
  it('the next one adopts the running server, and looks after it as its own', async () => {
    const dataDir = await harness.sharedFolder();
    const orphan = await harness.supervise(dataDir, 'durable');
    await queryValue(orphan.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS row');
    await kill(orphan.child);
    expect(isAlive(orphan.pid)).toBe(true);

    const server = await harness.start(dataDir, { durable: true });
    expect(server.pid).toBe(orphan.pid);
    expect(server.ownerUrl).toBe(orphan.ownerUrl);

    process.kill(server.pid, 'SIGKILL');
    await vi.waitFor(() => expect(harness.states).toEqual(['restarting', 'running']), DEADLINE);
    expect(server.pid).not.toBe(orphan.pid);
    expect(await queryValue(server.ownerUrl, 'SELECT count(*) FROM kept')).toBe('1');
  });

  it('an adopted server is stopped like any other', async () => {
    const dataDir = await harness.sharedFolder();
    const orphan = await harness.supervise(dataDir);
    await kill(orphan.child);
    const server = await harness.start(dataDir);
    await server.stop();
    expect(await recordedPid(dataDir)).toBeUndefined();
  });

  it('a server with other settings than ours is not adopted but started anew', async () => {
    const dataDir = await harness.sharedFolder();
    const orphan = await harness.supervise(dataDir);
    await kill(orphan.child);

    const server = await harness.start(dataDir, { durable: true });
    expect(server.pid).not.toBe(orphan.pid);
    expect(await queryValue(server.ownerUrl, 'SHOW fsync')).toBe('on');
  });

  it('a cluster whose making was cut short is made again', async () => {
    const dataDir = await harness.emptyFolder();
    const home = join(dataDir, 'postgres');
    const halfMade = async () => {
      const work = (await readdir(home)).find((name) => name.startsWith('initdb-'));
      expect(await readdir(join(home, work ?? 'none', 'pgdata'))).toContain('PG_VERSION');
    };
    const child = harness.spawnSupervisor(dataDir);
    await vi.waitFor(halfMade, DEADLINE);
    await kill(child);
    expect(await readdir(home)).not.toContain('pgdata');

    const server = await harness.start(dataDir);
    expect(await queryValue(server.ownerUrl, 'SELECT count(*) > 0 FROM pg_class')).toBe('true');
    expect((await readdir(home)).filter((name) => name.startsWith('initdb-'))).toEqual([]);
  });
});

describe('a stale postmaster.pid', () => {
  it('that names a stranger is removed and the stranger lives on', async () => {
    const dataDir = await harness.sharedFolder();
    const stranger = spawn('sleep', ['300']);
    await once(stranger, 'spawn');
    const pgdata = join(dataDir, 'postgres/pgdata');
    await writeFile(
      join(pgdata, 'postmaster.pid'),
      `${stranger.pid}\n${pgdata}\n1700000000\n5432\n\n127.0.0.1\n`,
    );

    const server = await harness.start(dataDir);
    expect(await queryValue(server.ownerUrl, 'SELECT 1')).toBe('1');
    expect(server.pid).not.toBe(stranger.pid);
    await server.stop();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    await kill(stranger);
  });

  it('that names the server of another cluster is removed and that server lives on', async () => {
    const [others, ours] = [await harness.copiedFolder(), await harness.sharedFolder()];
    const other = await harness.start(others);
    const otherPid = other.pid;
    const pgdata = join(ours, 'postgres/pgdata');
    await writeFile(join(pgdata, 'postmaster.pid'), `${other.pid}\n${pgdata}\n1700000000\n${other.port}\n`);

    const server = await harness.start(ours);
    expect(await queryValue(server.ownerUrl, 'SELECT 1')).toBe('1');
    expect(isAlive(otherPid)).toBe(true);
    expect(harness.states).toEqual([]);
  });

  it('that is empty, as a full disk leaves it, does not stop the start', async () => {
    const dataDir = await harness.sharedFolder();
    await writeFile(join(dataDir, 'postgres/pgdata/postmaster.pid'), '');
    const server = await harness.start(dataDir);
    expect(await queryValue(server.ownerUrl, 'SELECT 1')).toBe('1');
  });
});

describe('while it runs', () => {
  it('a killed server is started again at the same address with every acknowledged row', async () => {
    const server = await harness.start(await harness.sharedFolder(), { durable: true });
    await queryValue(server.ownerUrl, 'CREATE TABLE acknowledged (id int PRIMARY KEY)');
    const { ownerUrl, pid } = server;
    await queryValue(ownerUrl, 'INSERT INTO acknowledged SELECT generate_series(1, 1000)');
    process.kill(pid, 'SIGKILL');

    await vi.waitFor(() => expect(harness.states).toEqual(['restarting', 'running']), DEADLINE);
    expect(server.pid).not.toBe(pid);
    expect(await queryValue(ownerUrl, 'SELECT count(*) FROM acknowledged')).toBe('1000');
  });

  it('a server that cannot start is tried again until it can', async () => {
    const dataDir = await harness.sharedFolder();
    const server = await harness.start(dataDir);
    // A line the server rejects, as a slip of an operator's would be.
    const override = join(dataDir, 'postgres/pgdata/postgresql.auto.conf');
    await writeFile(override, 'no_such_setting = 1\n');
    process.kill(server.pid, 'SIGKILL');
    const failed = () => harness.logged.some((line) => line.message.includes('could not be started again'));
    await vi.waitFor(() => expect(failed()).toBe(true), DEADLINE);

    await writeFile(override, '');
    await vi.waitFor(() => expect(harness.states.at(-1)).toBe('running'), DEADLINE);
    expect(await queryValue(server.ownerUrl, 'SELECT 1')).toBe('1');
  });

  it("a terminal's Ctrl-C reaches the supervisor and not the server", async () => {
    const { child, pid, ownerUrl } = await harness.supervise(await harness.sharedFolder());
    const interrupted = nextReport(child);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await interrupted).toEqual({ kind: 'interrupted' });
    expect(isAlive(pid)).toBe(true);
    expect(await queryValue(ownerUrl, 'SELECT 1')).toBe('1');
  });

  it('a server that does not listen to a polite stop is stopped all the same', async () => {
    const dataDir = await harness.sharedFolder();
    const server = await harness.start(dataDir, { stopPatience: { fast: 100, immediate: 100 } });
    const { pid } = server;
    process.kill(pid, 'SIGSTOP');
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(harness.logged.map((line) => line.fields['signal'])).toEqual(
      expect.arrayContaining(['SIGINT', 'SIGQUIT']),
    );
  });

  it('a failed start says why, with the end of the log, and gives the folder free again', async () => {
    const dataDir = await harness.copiedFolder();
    const control = join(dataDir, 'postgres/pgdata/global/pg_control');
    await rm(control);
    const refused = () => expect(harness.start(dataDir)).rejects;
    const explained = { reason: 'start-failed', message: expect.stringContaining('pg_control') };
    await refused().toMatchObject(explained);
    await refused().toMatchObject(explained);
  });
});
