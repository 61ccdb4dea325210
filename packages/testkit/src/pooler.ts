import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from 'pg';
import { freePort, programAt } from './daemon.ts';
import { eventually } from './jobs.ts';

/** A transaction pooler in front of one database. */
export interface Pooler {
  /** The database's connection string by way of the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

export const poolerVersion = (): string | undefined => {
  const program = programAt('pgbouncer');
  return program && execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0];
};

/** Nobody's account: it refuses to run as root. */
const unprivileged = 65_534;

const settings = (host: string, folder: string, poolSize: number, port: number): string => `
[databases]
* = ${host}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/userlist.txt
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
server_reset_query_always = 0
`;

/** Starts a pgbouncer of its own. @param userlist what `quadrax db logins` prints */
export const startPooler = async (
  target: string,
  { userlist, poolSize }: { readonly userlist: string; readonly poolSize: number },
): Promise<Pooler> => {
  const { hostname, port: targetPort } = new URL(target);
  const folder = await mkdtemp(join(tmpdir(), 'quadrax-pooler-'));
  const port = await freePort();
  const asRoot = process.getuid?.() === 0;
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    settings(`host=${hostname} port=${targetPort}`, folder, poolSize, port),
  );
  await writeFile(join(folder, 'userlist.txt'), userlist, { mode: 0o600 });
  if (asRoot) {
    await chmod(folder, 0o711);
    await chmod(join(folder, 'pgbouncer.ini'), 0o644);
    await chown(join(folder, 'userlist.txt'), unprivileged, unprivileged);
  }
  const child = spawn(programAt('pgbouncer') ?? 'pgbouncer', [join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(asRoot && { uid: unprivileged, gid: unprivileged }),
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const gone = once(child, 'exit');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const listens = async (): Promise<string> => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended instead of starting:\n${output}`);
    const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 1000 });
    client.on('error', () => {});
    // That it knows no such user says that it is there.
    return client.connect().then(
      () => client.end().then(() => 'there'),
      (error: Error) => error.message,
    );
  };
  await eventually('pgbouncer listens', listens, (seen) => !seen.includes('ECONNREFUSED'));
  return {
    url: url.href,
    stop: async () => {
      child.kill('SIGQUIT');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
