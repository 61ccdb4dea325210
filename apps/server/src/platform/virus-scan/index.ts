import type { ComponentHealth } from '@quadrax/contract';
import { AppError } from '../errors/index.ts';
import type { Logger } from '../log/index.ts';
import { ClamdLimitError, pingClamd, scanByClamd } from './clamd.ts';

/** Looks for viruses in what people send. Nothing is taken unseen: without an answer nothing is taken. */
export interface VirusScan {
  /** @throws AppError UNAVAILABLE while there is nobody to scan */
  require(): Promise<void>;
  /** @throws AppError VIRUS_FOUND, TOO_LARGE, UNAVAILABLE */
  scan(path: string, fileName: string): Promise<void>;
  health(): Promise<ComponentHealth>;
}

export interface VirusScanOptions {
  /** Where clamd listens; undefined: nothing is scanned. */
  readonly host: string | undefined;
  readonly timeoutMs: number;
  readonly log: Logger;
}

const pingMs = 1500;

const away = (error: unknown): AppError =>
  new AppError('UNAVAILABLE', {
    message:
      'The virus scanner cannot be reached, so nothing can be uploaded. Start clamd, or correct CLAMD_HOST.',
    retryAfter: 30,
    cause: error,
  });

const unscanned: VirusScan = {
  require: async () => {},
  scan: async () => {},
  health: async () => ({
    status: 'disabled',
    message: 'Not configured: uploads are not scanned (CLAMD_HOST).',
  }),
};

export const createVirusScan = ({ host, timeoutMs, log }: VirusScanOptions): VirusScan => {
  if (host === undefined) return unscanned;
  const ping = (): Promise<void> => pingClamd({ host, timeoutMs: Math.min(timeoutMs, pingMs) });
  return {
    require: () =>
      ping().catch((error: unknown) => {
        throw away(error);
      }),
    scan: async (path, fileName) => {
      let found: string | undefined;
      try {
        found = await scanByClamd({ host, timeoutMs }, path);
      } catch (error) {
        if (error instanceof ClamdLimitError)
          throw new AppError('TOO_LARGE', {
            message: `The file "${fileName}" is larger than what the virus scanner takes. Split it, or have StreamMaxLength, MaxScanSize and MaxFileSize raised in clamd.conf.`,
            cause: error,
          });
        log.warn({ action: 'virus_scan.failed', err: error }, 'A file could not be scanned');
        throw away(error);
      }
      if (found === undefined) return;
      throw new AppError('VIRUS_FOUND', {
        message: `The virus scanner found ${found} in the file "${fileName}". Nothing was kept.`,
        details: [{ field: 'dataset', message: found }],
      });
    },
    health: async () => {
      const started = performance.now();
      try {
        await ping();
        return { status: 'healthy', latencyMs: Math.round((performance.now() - started) * 10) / 10 };
      } catch {
        return { status: 'degraded', message: 'clamd cannot be reached: uploads are refused.' };
      }
    },
  };
};
