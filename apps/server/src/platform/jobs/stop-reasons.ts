import { TaskError } from '../compute/index.ts';
import { AppError } from '../errors/index.ts';
import { shortened } from '../text/index.ts';
import { JobError } from './define.ts';

/** The person who may has cancelled the job. */
export class StoppedByUser extends Error {
  constructor() {
    super('The job was cancelled.');
    this.name = 'StoppedByUser';
  }
}

/** This process is shutting down: another goes on with the job. */
export class HandedOver extends Error {
  constructor() {
    super('The job goes on in another process.');
    this.name = 'HandedOver';
  }
}

/** Another process has the job: whatever this one still does counts for nothing. */
export class TakenOver extends Error {
  constructor() {
    super('Another process has taken the job over.');
    this.name = 'TakenOver';
  }
}

/** Long enough for any sentence, short enough for an event. */
const longestMessage = 2000;

/** As a person may read it: what controls a terminal is shown as such, and PostgreSQL's text has no NUL. */
export const readable = (text: string): string =>
  shortened(text.toWellFormed().replaceAll(/(?![\n\t])\p{Cc}/gu, '\uFFFD'), longestMessage);

/** What a person is told of a failure: the words meant for them, or that the fault is ours. */
export const failureOf = (error: unknown): { code: string; message: string } => {
  if (error instanceof JobError || error instanceof TaskError || error instanceof AppError)
    return { code: error.code, message: readable(error.message) };
  return {
    code: 'INTERNAL',
    message: 'It failed on our side. The server log has the cause under this job’s id.',
  };
};

/** A job in which this many processes died is set aside. More than a crash of every replica in turn comes to. */
const mostDeaths = 5;

export const setAside = (deaths: number): { code: string; message: string } | undefined =>
  deaths < mostDeaths
    ? undefined
    : { code: 'SET_ASIDE', message: `It was set aside: the process that ran it died ${deaths} times.` };
