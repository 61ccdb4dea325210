import { createHash } from 'node:crypto';

/**
 * Settings for a server of its own beside one application on one machine: little memory while
 * idle, a bound on the write-ahead log (full disks are the likelier trouble), no statement text in
 * the log (it may hold people's data). An operator's ALTER SYSTEM stands above all of these.
 */
const SETTINGS: Record<string, string> = {
  max_connections: '100',
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '512MB',
  random_page_cost: '1.1',
  jit: 'off',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  wal_level: 'replica',
  min_wal_size: '80MB',
  max_wal_size: '512MB',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  log_startup_progress_interval: '2s',
};

/** What an acknowledged commit is worth: kept whatever happens, or (for tests) until the server or the machine dies. */
function durability(durable: boolean): Record<string, string> {
  const state = durable ? 'on' : 'off';
  return { fsync: state, synchronous_commit: state, full_page_writes: state };
}

/** The text of postgresql.conf. */
export function renderSettings(durable: boolean): string {
  const lines = Object.entries({ ...SETTINGS, ...durability(durable) }).map(([name, value]) => {
    return `${name} = '${value}'`;
  });
  return ['# Written anew at each start. Change settings with ALTER SYSTEM.', ...lines, ''].join('\n');
}

/**
 * Settings that must hold whatever a file or ALTER SYSTEM says: loopback only, and no socket file,
 * whose path may not exceed 107 bytes while a data folder may lie deeper.
 */
export function serverArguments(pgdata: string, configFile: string, port: number): string[] {
  const forced = {
    config_file: configFile,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
  };
  return ['-D', pgdata, ...Object.entries(forced).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Identifies what a server was started with: one of another fingerprint is not adopted but replaced. */
export function settingsFingerprint(settings: string, version: string): string {
  return createHash('sha256').update(version).update('\n').update(settings).digest('hex');
}

/** The environment of PostgreSQL's programs: none of the user's PG* variables, messages in English. */
export function serverEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, LC_ALL: 'C', TZ: 'UTC' };
}
