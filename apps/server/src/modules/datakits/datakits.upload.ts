import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { statedReading } from '@quadrax/contract';
import type { StatedReading } from '@quadrax/contract';
import type { z } from 'zod';
import { AppError } from '#platform/errors';
import type { Reach } from '#platform/faults';
import type { Multipart } from '#platform/http';
import { receive } from '#platform/objects';
import type { ObjectStore, StoredObject } from '#platform/objects';
import { createIntake, IntakeError } from './data/intake.ts';
import type { IntakeResult } from './data/intake.ts';
import { demandSheet } from './data/workbook-sheets.ts';

/** A file that has arrived whole and was found to be a table. */
export interface Arrival {
  /** It lies in the scratch folder, or in the store already. */
  readonly file: string | StoredObject;
  readonly fileName: string;
  readonly intake: IntakeResult;
}

export interface ReceiveOptions {
  readonly objects: ObjectStore;
  readonly maxBytes: number;
  readonly reach: Reach;
  /** What is stated of how the file is to be read. */
  readonly reading?: StatedReading | undefined;
}

/** The name of a file, without any path. */
export const baseName = (name: string): string => name.split(/[\\/]/).at(-1)?.trim() ?? '';

/** What a file is called as a datakit, where nobody says otherwise. */
export const nameFrom = (fileName: string): string =>
  baseName(fileName)
    .replace(/\.[^.]{1,8}$/, '')
    .replaceAll(/\p{Cc}/gu, '')
    .trim() || 'Untitled';

export const asAppError = (error: unknown): unknown => {
  if (error instanceof IntakeError)
    return new AppError(error.code, { message: error.message, details: error.details });
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return new AppError('NO_SPACE', { cause: error });
  return error;
};

/** Writes an upload to the disk while it is examined. What is refused, or does not arrive whole, leaves nothing. */
export const receiveTable = async (
  stream: Readable,
  fileName: string,
  { objects, maxBytes, reach, reading }: ReceiveOptions,
): Promise<Arrival & { readonly file: string }> => {
  const intake = createIntake({ fileName, maxBytes, reading });
  const write = (chunk: Buffer): void => {
    intake.write(chunk);
    reach('upload.streaming');
  };
  try {
    const { file, found } = await receive(stream, objects, { write, finish: intake.finish });
    await demandStated(file, found).catch(async (error: unknown) => {
      await rm(file, { force: true });
      throw error;
    });
    return { file, fileName, intake: found };
  } catch (error) {
    throw asAppError(error);
  }
};

/** What is stated of a file that only the whole of it can bear out. @throws IntakeError */
export const demandStated = async (path: string, { format, reading }: IntakeResult): Promise<void> => {
  if (format === 'xlsx' && reading?.sheet !== undefined) await demandSheet(path, reading.sheet);
};

const parsed = <S extends z.ZodType>(schema: S, fields: Readonly<Record<string, string>>): z.output<S> => {
  const form = schema.safeParse(fields);
  if (form.success) return form.data;
  throw new AppError('VALIDATION_FAILED', {
    details: form.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
  });
};

/** A file is read while it arrives: what is stated of it afterwards comes too late. */
const demandBefore = (stated: StatedReading | undefined, heard: StatedReading | undefined): void => {
  const late = Object.keys(stated ?? {}).filter((field) => !Object.hasOwn(heard ?? {}, field));
  if (late.length > 0)
    throw new AppError('VALIDATION_FAILED', {
      details: late.map((field) => ({ field, message: 'Send this field before the file.' })),
    });
};

/** Receives a form with a table and what is stated of it; `use` has the file for as long as it runs. */
export const receiveForm = async <S extends z.ZodType<Parameters<typeof statedReading>[0]>, T>(
  multipart: Multipart,
  schema: S,
  options: Omit<ReceiveOptions, 'reading'>,
  use: (arrival: Arrival, form: z.output<S>) => Promise<T>,
): Promise<T> => {
  let arrival: (Arrival & { readonly file: string }) | undefined;
  try {
    const { file, fields } = await multipart.receive('dataset', async (stream, fileName, before) => {
      const reading = statedReading(parsed(schema, before));
      arrival = await receiveTable(stream, fileName, { ...options, reading });
      return arrival;
    });
    const form = parsed(schema, fields);
    demandBefore(statedReading(form), file.intake.reading);
    return await use(file, form);
  } finally {
    if (arrival) await rm(arrival.file, { force: true });
  }
};
