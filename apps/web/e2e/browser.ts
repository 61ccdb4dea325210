import { execFile } from 'node:child_process';
import { lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const run = promisify(execFile);
const binary = 'chromium';

/** The version of the package, which is the version of the browser in it. */
const packedVersion = (): string => {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const manifest: unknown = createRequire(import.meta.url)(join(dirname(entry), '..', '..', 'package.json'));
  return String((manifest as { version: unknown }).version);
};

const isOurs = async (file: string): Promise<boolean> => {
  const found = await lstat(file).catch(() => undefined);
  return found?.isFile() === true && found.uid === userInfo().uid && found.size > 0;
};

/** Unpacks into whatever `TMPDIR` says, which a process of its own has for itself. */
const unpacking = `
  const { default: packed } = await import('@sparticuz/chromium');
  await packed.executablePath();
`;

/**
 * The packed Chromium, unpacked once for each account and version: into a folder of its own that takes its place by a
 * rename, so that several may start at once and none runs a half-written file.
 */
const unpacked = async (): Promise<string> => {
  const folder = join(tmpdir(), `quadrax-chromium-${packedVersion()}-${userInfo().uid}`);
  const program = join(folder, binary);
  if (await isOurs(program)) return program;
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await run(process.execPath, ['--input-type=module', '--eval', unpacking], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: fresh },
    });
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another was quicker, or the package has nothing for this machine.
    if (!(await isOurs(program))) throw error;
  }
  return program;
};

/** Which browser to start: the one QUADRAX_CHROMIUM names, on Linux x64 the packed one, else the installed Chrome. */
const program = async (): Promise<{ executablePath: string } | { channel: string }> => {
  const named = process.env['QUADRAX_CHROMIUM'];
  if (named !== undefined && named !== '') return { executablePath: named };
  if (process.platform === 'linux' && process.arch === 'x64') return { executablePath: await unpacked() };
  return { channel: 'chrome' };
};

/** Beside what playwright sets already: no background requests, no first run, no sandbox (which root cannot have). */
const flags = [
  '--disable-gpu',
  // One colour profile and no hinting: pictures come out the same on every machine.
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
  '--disable-domain-reliability',
  '--disable-breakpad',
  '--no-pings',
];

/**
 * Starts a headless Chromium with a profile of its own, which is removed when it closes.
 * @throws with the way out if there is no browser to start
 */
export const launchBrowser = async (): Promise<Browser> => {
  try {
    return await chromium.launch({ ...(await program()), args: flags, headless: true });
  } catch (error) {
    throw new Error(
      'No Chromium could be started. Set QUADRAX_CHROMIUM to the program of an installed Chrome or Chromium.',
      { cause: error },
    );
  }
};
