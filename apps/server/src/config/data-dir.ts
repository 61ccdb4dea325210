import { homedir } from 'node:os';
import { join } from 'node:path';
import { env, getuid, platform } from 'node:process';

/**
 * Where data lives when nothing else is said. Root gets a system folder: PostgreSQL refuses to run as root, and
 * the user it runs as cannot reach into root's home.
 */
export const defaultDataDir = (): string => {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? homedir(), 'Quadrax');
  if (getuid?.() === 0) return '/var/lib/quadrax';
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'quadrax');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'quadrax');
};
